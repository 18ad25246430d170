// The rubric beside the transcript: proposed answers with their evidence, one's own answers, reasons, causes.
// What is answered is kept here and sent to the server as a whole; the server keeps it as a draft.

function makeForm(root, player, transcript, words, changed) {
  const list = root.querySelector(".criteria");
  let criteria = [];
  let work = emptyWork();
  let reasons = [];
  let causes = [];
  let readonly = true;
  let shown = null;
  let current = 0;
  let evidencePlace = -1;

  function show(data) {
    const stamp = JSON.stringify([data.evaluation, data.draft_stamp, data.readonly]);
    criteria = data.criteria;
    reasons = data.reasons;
    causes = data.causes;
    readonly = data.readonly;
    if (stamp === shown) return;
    shown = stamp;
    work = { ...emptyWork(), ...structuredClone(data.work) };
    list.replaceChildren();
    let section = null;
    criteria.forEach((criterion, index) => {
      if (criterion.section !== section) {
        section = criterion.section;
        const title = document.createElement("h3");
        title.textContent = section;
        list.append(title);
      }
      list.append(drawn(criterion, index));
    });
    choose(Math.min(current, criteria.length - 1), false);
  }

  function emptyWork() {
    return { answers: {}, overrides: {}, root_causes: {}, evidence: {} };
  }

  function drawn(criterion, index) {
    const card = document.createElement("section");
    card.className = "criterion";
    card.dataset.criterion = criterion.id;
    card.tabIndex = -1;
    card.addEventListener("click", () => choose(index, false));
    const title = document.createElement("div");
    title.className = "question";
    title.textContent = `${criterion.id} ${criterion.question}`;
    const facts = document.createElement("div");
    facts.className = "facts";
    facts.textContent = criterion.facts.join(" · ");
    card.append(title, facts);
    if (criterion.guidance) card.append(details(words.guidance, criterion.guidance));
    if (criterion.rule) card.append(line("rule", criterion.rule));
    if (criterion.proposed) card.append(...proposal(criterion));
    card.append(options(criterion));
    card.append(extras(criterion));
    refresh(card, criterion);
    return card;
  }

  function details(label, text) {
    const box = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = label;
    const body = document.createElement("p");
    body.textContent = text;
    box.append(summary, body);
    return box;
  }

  function line(name, text) {
    const row = document.createElement("div");
    row.className = name;
    row.textContent = text;
    return row;
  }

  function proposal(criterion) {
    const proposed = criterion.proposed;
    const rows = [line(`proposed kind-${proposed.kind}`, `${words.proposed}: ${proposed.label}${proposed.confidence ? ` (${proposed.confidence})` : ""}`)];
    if (proposed.reason) rows.push(line("reason", proposed.reason));
    const chips = document.createElement("div");
    chips.className = "chips";
    proposed.evidence.forEach((piece) => chips.append(chip(piece)));
    rows.push(chips);
    return rows;
  }

  function chip(piece) {
    const button = document.createElement(piece.start_s === null && piece.turn === null ? "span" : "button");
    button.className = `chip evidence-${piece.kind}`;
    button.title = piece.text;
    button.textContent = piece.start_s === null ? piece.text : `▶ ${clockText(piece.start_s)} ${piece.text}`;
    if (button.tagName === "BUTTON") {
      button.type = "button";
      button.addEventListener("click", (event) => { event.stopPropagation(); playPiece(piece); });
    }
    return button;
  }

  function playPiece(piece) {
    if (piece.start_s !== null) player.playFrom(piece.start_s, piece.end_s === null ? undefined : piece.end_s + 0.3);
    if (piece.turn !== null) transcript.scrollToTurn(piece.turn);
  }

  function options(criterion) {
    const group = document.createElement("div");
    group.className = "options";
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", criterion.question);
    if (criterion.options.length) {
      criterion.options.forEach((option, number) => group.append(choice(criterion, option, number)));
    } else {
      const field = document.createElement("input");
      field.type = "number";
      field.step = "any";
      field.setAttribute("aria-label", criterion.question);
      field.disabled = readonly;
      field.addEventListener("change", () => give(criterion, field.value === "" ? null : Number(field.value)));
      group.append(field, choice(criterion, { value: "na", label: words.not_applicable }, 0));
    }
    return group;
  }

  function choice(criterion, option, number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "option";
    button.dataset.value = option.value;
    button.setAttribute("role", "radio");
    button.textContent = option.label;
    // The key stands before the words, and is no part of them.
    if (number < 9) button.dataset.key = number + 1;
    button.disabled = readonly;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      give(criterion, answerOf(criterion) === option.value ? null : option.value);
    });
    return button;
  }

  function extras(criterion) {
    const box = document.createElement("div");
    box.className = "extras";
    box.append(
      picker("override", words.why_other, reasons, (code) => setOverride(criterion, 0, code)),
      writer("override-text", words.say_why, (text) => setOverride(criterion, 1, text)),
      picker("cause", words.root_cause, causes, (code) => setCause(criterion, code)),
      attachment(criterion),
    );
    return box;
  }

  function picker(name, label, codes, take) {
    const field = document.createElement("select");
    field.className = name;
    field.disabled = readonly;
    field.setAttribute("aria-label", label);
    field.append(new Option(label, ""), ...codes.map((code) => new Option(code.label, code.value)));
    field.addEventListener("change", () => take(field.value));
    return field;
  }

  function writer(name, label, take) {
    const field = document.createElement("input");
    field.type = "text";
    field.className = name;
    field.placeholder = label;
    field.disabled = readonly;
    field.setAttribute("aria-label", label);
    field.addEventListener("input", () => take(field.value));
    return field;
  }

  function attachment(criterion) {
    const box = document.createElement("span");
    box.className = "attach";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.disabled = readonly;
    button.textContent = words.attach;
    button.addEventListener("click", (event) => { event.stopPropagation(); attach(criterion); });
    const turns = document.createElement("span");
    turns.className = "attached";
    box.append(button, turns);
    return box;
  }

  function attach(criterion) {
    if (readonly) return;
    const turns = transcript.chosen();
    if (turns.length) work.evidence[criterion.id] = turns.sort((a, b) => a - b);
    else delete work.evidence[criterion.id];
    transcript.choose([]);
    after(criterion);
  }

  function proposedValue(criterion) {
    const proposed = criterion.proposed;
    return proposed && proposed.decided ? proposed.value : null;
  }

  function answerOf(criterion) {
    return criterion.id in work.answers ? work.answers[criterion.id] : proposedValue(criterion);
  }

  function isChanged(criterion) {
    const before = proposedValue(criterion);
    return before !== null && answerOf(criterion) !== before;
  }

  function give(criterion, value) {
    if (readonly) return;
    if (value === proposedValue(criterion) && value !== null) delete work.answers[criterion.id];
    else work.answers[criterion.id] = value;
    if (!isChanged(criterion)) delete work.overrides[criterion.id];
    after(criterion);
  }

  function setOverride(criterion, place, text) {
    const before = work.overrides[criterion.id] || ["", ""];
    work.overrides[criterion.id] = place === 0 ? [text, before[1]] : [before[0], text];
    after(criterion);
  }

  function setCause(criterion, code) {
    if (code) work.root_causes[criterion.id] = [code, null];
    else delete work.root_causes[criterion.id];
    after(criterion);
  }

  function after(criterion) {
    refresh(card(criterion.id), criterion);
    changed(structuredClone(work));
  }

  function card(id) {
    return [...list.querySelectorAll(".criterion")].find((each) => each.dataset.criterion === id);
  }

  function refresh(box, criterion) {
    const answer = answerOf(criterion);
    box.querySelectorAll(".option").forEach((button) => {
      const on = answer !== null && button.dataset.value === String(answer);
      button.setAttribute("aria-checked", String(on));
    });
    const number = box.querySelector("input[type=number]");
    if (number && document.activeElement !== number) number.value = typeof answer === "number" ? answer : "";
    const override = isChanged(criterion);
    const given = work.overrides[criterion.id] || ["", ""];
    for (const [name, value] of [["override", given[0]], ["override-text", given[1]]]) {
      const field = box.querySelector(`.${name}`);
      field.hidden = !override;
      if (field.value !== value) field.value = value;
    }
    box.classList.toggle("needs-reason", override && (!given[0] || !given[1].trim()));
    box.classList.toggle("open", answer === null);
    const cause = box.querySelector(".cause");
    cause.value = (work.root_causes[criterion.id] || [""])[0];
    const turns = work.evidence[criterion.id] || [];
    box.querySelector(".attached").textContent = turns.length ? `${words.turns} ${turns.join(", ")}` : "";
  }

  function choose(index, scroll) {
    if (!criteria.length) return;
    current = Math.max(0, Math.min(criteria.length - 1, index));
    evidencePlace = -1;
    list.querySelectorAll(".criterion").forEach((box) => box.classList.remove("chosen"));
    const box = card(criteria[current].id);
    box.classList.add("chosen");
    if (scroll) {
      list.scrollTo({ top: box.offsetTop - list.offsetTop - 40 });
      box.focus({ preventScroll: true });
    }
  }

  function nextEvidence() {
    const pieces = (criteria[current]?.proposed?.evidence || []).filter((piece) => piece.start_s !== null || piece.turn !== null);
    if (!pieces.length) return;
    evidencePlace = (evidencePlace + 1) % pieces.length;
    playPiece(pieces[evidencePlace]);
  }

  function answerByNumber(number) {
    const criterion = criteria[current];
    const option = criterion?.options[number - 1];
    if (option) give(criterion, option.value);
  }

  return {
    show, choose, nextEvidence, answerByNumber,
    step: (by) => choose(current + by, true),
    nextOpen: () => {
      for (let n = 1; n <= criteria.length; n += 1) {
        const place = (current + n) % criteria.length;
        if (answerOf(criteria[place]) === null) { choose(place, true); return; }
      }
    },
    attachToCurrent: () => attach(criteria[current]),
    reasonOfCurrent: () => { const box = card(criteria[current].id)?.querySelector(".override"); if (box && !box.hidden) box.focus(); },
    work: () => structuredClone(work),
    // A reason stands only beside a changed answer: somebody else may have filed the same answer meanwhile.
    filed: () => ({ ...structuredClone(work), overrides: Object.fromEntries(criteria.filter(isChanged).map((c) => [c.id, work.overrides[c.id]])) }),
    unreasoned: () => criteria.filter((c) => isChanged(c) && (!(work.overrides[c.id] || ["", ""])[0] || !(work.overrides[c.id] || ["", ""])[1].trim())).map((c) => c.id),
    redraw: () => { shown = null; },
  };
}
