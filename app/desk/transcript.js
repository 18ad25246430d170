// The transcript: follows the sound, plays where it is clicked, can be searched, and turns can be chosen as
// evidence. Everything that was said is set as text, never as HTML.

function makeTranscript(root, player, words, send) {
  const list = root.querySelector(".turns");
  const search = root.querySelector("input.search");
  const found = root.querySelector(".found");
  const follow = root.querySelector("input.follow");
  let turns = [];
  let shown = null;
  let shownFor = null;
  let current = -1;
  let currentWord = null;
  let hits = [];
  let hit = -1;
  const chosen = new Set();

  function show(data) {
    const stamp = JSON.stringify([data.evaluation, data.transcript_stamp]);
    turns = data.turns;
    if (stamp === shown) return;
    // Of the same call, drawn anew for a word that was corrected or unmasked, place and choice stay.
    const before = shownFor === data.evaluation ? { top: list.scrollTop, chosen: [...chosen], current } : null;
    shown = stamp;
    shownFor = data.evaluation;
    current = -1;
    currentWord = null;
    chosen.clear();
    list.replaceChildren(...turns.map(drawn));
    look(before === null);
    if (before === null) { list.scrollTop = 0; return; }
    choose(before.chosen);
    goTo(before.current);
    list.scrollTop = before.top;
  }

  function choose(ids) {
    chosen.clear();
    ids.forEach((id) => chosen.add(id));
    for (const row of list.children) row.querySelector(".choose").checked = chosen.has(Number(row.dataset.turn));
  }

  function drawn(turn, index) {
    const row = document.createElement("div");
    row.className = `turn role-${turn.role}`;
    row.dataset.turn = turn.id;
    row.dataset.index = index;
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "choose";
    box.setAttribute("aria-label", `${words.choose_turn} ${turn.id}`);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(turn.id);
      else chosen.delete(turn.id);
      root.dispatchEvent(new CustomEvent("chosen", { detail: [...chosen] }));
    });
    const when = document.createElement("button");
    when.type = "button";
    when.className = "when";
    when.textContent = turn.start_s === null ? `#${turn.id}` : clockText(turn.start_s);
    when.setAttribute("aria-label", `${words.play_turn} ${turn.id}`);
    when.addEventListener("click", () => play(turn));
    const who = document.createElement("b");
    who.textContent = words.roles[turn.role] || turn.who;
    const said = document.createElement("span");
    said.className = "said";
    fill(said, turn);
    said.addEventListener("click", (event) => {
      const word = event.target.closest("[data-start]");
      if (word) player.playFrom(Number(word.dataset.start));
      else play(turn);
    });
    row.append(box, when, who, said);
    if (turn.can_correct) row.append(action("✎", words.correct, () => correct(row, turn)));
    if (turn.masked) row.append(action("👁", words.unmask, () => send("unmask", turn.id)));
    if (turn.heard_as) {
      const before = document.createElement("div");
      before.className = "heard";
      before.textContent = `${words.machine_heard}: ${turn.heard_as}`;
      row.append(before);
    }
    return row;
  }

  function action(sign, label, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = sign;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", run);
    return button;
  }

  function fill(said, turn) {
    turn.pieces.forEach((piece) => {
      const part = document.createElement(piece.criteria.length ? "mark" : "span");
      part.textContent = piece.text;
      if (piece.criteria.length) part.title = piece.criteria.join(", ");
      if (piece.hidden) part.className = "hidden";
      if (piece.start_s !== null) {
        part.dataset.start = piece.start_s;
        part.dataset.end = piece.end_s;
        part.classList.add("word");
      }
      said.append(part);
    });
  }

  function correct(row, turn) {
    if (row.querySelector("textarea")) return;
    const area = document.createElement("textarea");
    area.value = turn.pieces.map((piece) => piece.text).join("");
    area.setAttribute("aria-label", words.correct);
    const save = action(words.save, words.save, () => {
      send("correct", { turn: turn.id, text: area.value, seen: turn.correction });
      shown = null;
    });
    const cancel = action(words.cancel, words.cancel, () => { area.remove(); save.remove(); cancel.remove(); });
    row.append(area, save, cancel);
    area.focus();
  }

  function play(turn) {
    if (turn.start_s !== null) player.playFrom(turn.start_s);
  }

  function moved(seconds) {
    let low = 0;
    let high = turns.length - 1;
    let place = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (turns[middle].start_s !== null && turns[middle].start_s <= seconds) { place = middle; low = middle + 1; }
      else high = middle - 1;
    }
    if (place !== current) {
      goTo(place);
      const row = list.children[current];
      if (row && follow.checked) scrollTo(row);
    }
    markWord(list.children[current], seconds);
  }

  function goTo(place) {
    list.children[current]?.classList.remove("current");
    current = place;
    list.children[current]?.classList.add("current");
  }

  function markWord(row, seconds) {
    currentWord?.classList.remove("now");
    currentWord = null;
    if (!row) return;
    for (const word of row.querySelectorAll(".word")) {
      if (Number(word.dataset.start) <= seconds && seconds < Number(word.dataset.end)) currentWord = word;
    }
    currentWord?.classList.add("now");
  }

  function scrollTo(row) {
    list.scrollTo({ top: row.offsetTop - list.offsetTop - list.clientHeight / 3 });
  }

  function look(go) {
    const wanted = search.value.trim().toLocaleLowerCase();
    hits = [];
    hit = -1;
    [...list.children].forEach((row, index) => {
      const text = row.querySelector(".said").textContent.toLocaleLowerCase();
      const matches = wanted !== "" && text.includes(wanted);
      row.classList.toggle("hit", matches);
      row.classList.remove("here");
      if (matches) hits.push(index);
    });
    tell();
    if (go && hits.length) nextHit(1);
  }

  function nextHit(by) {
    if (!hits.length) return;
    list.children[hits[hit]]?.classList.remove("here");
    hit = (hit + by + hits.length) % hits.length;
    const row = list.children[hits[hit]];
    row.classList.add("here");
    scrollTo(row);
    tell();
  }

  function tell() {
    const place = hit >= 0 ? `${hit + 1} / ` : "";
    found.textContent = search.value.trim() ? `${place}${hits.length} ${words.found}` : "";
  }

  // The turn before or after the one that plays, by keys alone.
  function step(by) {
    const place = Math.min(turns.length - 1, Math.max(0, current + by));
    if (!turns.length) return;
    if (turns[place].start_s === null) goTo(place);
    else player.playFrom(turns[place].start_s);
    scrollTo(list.children[place]);
  }

  function chooseCurrent() {
    const box = list.children[current]?.querySelector(".choose");
    if (box) box.click();
  }

  search.addEventListener("input", () => look(true));
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); nextHit(event.shiftKey ? -1 : 1); } });
  player.onMove(moved);

  return {
    show, step, chooseCurrent,
    chosen: () => [...chosen],
    choose,
    scrollToTurn: (id) => {
      const row = list.querySelector(`[data-turn="${Number(id)}"]`);
      if (row) { scrollTo(row); row.classList.add("flash"); setTimeout(() => row.classList.remove("flash"), 900); }
    },
    focusSearch: () => search.focus(),
    redraw: () => { shown = null; },
  };
}
