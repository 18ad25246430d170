// The review desk: player, transcript and form on one screen, with one set of keys.

const KEEP_AFTER_MS = 500;

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".desk");
  if (!root.desk) root.desk = makeDesk(root, { ...data.words });
  root.desk.connect(setStateValue, setTriggerValue);
  root.desk.show(data);
  return () => root.desk.leave();
}

function makeDesk(root, words) {
  let state = () => {};
  let trigger = () => {};
  let timer = null;
  let unsent = null;
  let shownFor = null;
  let dataNow = null;
  let labelled = null;
  const player = makePlayer(root, words);
  const transcript = makeTranscript(root, player, words, (name, value) => { flush(); trigger(name, value); });
  const form = makeForm(root, player, transcript, words, keep);
  const help = root.querySelector("dialog.help");
  const status = root.querySelector(".status");
  const submit = root.querySelector("button.submit");

  function keep(work) {
    unsent = { evaluation: dataNow.evaluation, interaction: dataNow.interaction, work };
    status.textContent = words.saving;
    clearTimeout(timer);
    timer = setTimeout(flush, KEEP_AFTER_MS);
  }

  function flush() {
    clearTimeout(timer);
    if (unsent !== null) state("work", unsent);
    unsent = null;
  }

  function file() {
    const missing = form.unreasoned();
    if (missing.length) {
      status.textContent = `${words.reason_missing}: ${missing.join(", ")}`;
      root.querySelector(`[data-criterion="${CSS.escape(missing[0])}"] .override`)?.focus();
      return;
    }
    clearTimeout(timer);
    unsent = null;
    trigger("submit", { evaluation: dataNow.evaluation, interaction: dataNow.interaction, work: form.filed() });
  }

  function show(data) {
    dataNow = data;
    const spoken = JSON.stringify(data.words);
    if (spoken !== labelled) {
      // Another language was chosen: everything is said anew.
      Object.assign(words, data.words);
      labelled = spoken;
      label();
      form.redraw();
      transcript.redraw();
    }
    if (shownFor !== data.interaction) {
      shownFor = data.interaction;
      form.redraw();
      transcript.redraw();
    }
    player.show(data);
    transcript.show(data);
    form.show(data);
    root.querySelector(".score").textContent = data.score.shown;
    root.querySelector(".score-detail").textContent = data.score.detail;
    const losses = root.querySelector(".losses");
    losses.replaceChildren(...data.score.losses.map((text) => {
      const row = document.createElement("li");
      row.textContent = text;
      return row;
    }));
    if (unsent === null) status.textContent = data.status;
    root.querySelector(".no-sound").textContent = data.audio ? "" : data.no_sound;
    submit.hidden = data.readonly;
  }

  // The texts come with the data, in the language of the session; the page itself holds none.
  function label() {
    root.querySelector(".speed-label").textContent = `${words.speed} `;
    root.querySelector(".rate").setAttribute("aria-label", words.speed);
    root.querySelector("button.play").textContent = words.play;
    root.querySelector("button.keys").setAttribute("aria-label", words.keys);
    root.querySelector(".follow-label").textContent = words.follow;
    root.querySelector("canvas.wave").setAttribute("aria-label", words.waveform);
    root.querySelector(".turns").setAttribute("aria-label", words.transcript);
    root.querySelector(".criteria").setAttribute("aria-label", words.rubric);
    const search = root.querySelector("input.search");
    search.placeholder = words.search;
    search.setAttribute("aria-label", words.search);
    submit.textContent = words.submit;
    help.querySelector("h2").textContent = words.keys;
    help.querySelector(".close").textContent = words.close;
    help.querySelector("table").replaceChildren(...words.key_sheet.map(([keyText, meaning]) => {
      const row = document.createElement("tr");
      for (const text of [keyText, meaning]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }));
  }

  function typing(event) {
    const target = event.composedPath()[0];
    return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox");
  }

  const keys = {
    " ": () => player.toggle(), k: () => player.toggle(),
    j: () => player.back(3), ArrowLeft: () => player.back(3), l: () => player.back(-3), ArrowRight: () => player.back(-3),
    "[": () => player.faster(-1), "]": () => player.faster(1),
    ",": () => transcript.step(-1), ".": () => transcript.step(1), t: () => transcript.chooseCurrent(),
    e: () => form.nextEvidence(), n: () => form.step(1), p: () => form.step(-1), o: () => form.nextOpen(),
    a: () => form.attachToCurrent(), r: () => form.reasonOfCurrent(), "/": () => transcript.focusSearch(),
    "?": () => (help.open ? help.close() : help.showModal()),
  };

  function pressed(event) {
    if (event.altKey && event.key.toLowerCase() === "s" && !dataNow?.readonly) { event.preventDefault(); file(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { event.composedPath()[0].blur?.(); return; }
    if (typing(event) || (help.open && event.key !== "?")) return;
    const inside = event.composedPath()[0];
    if (event.key === " " && inside instanceof HTMLButtonElement) return;
    if (/^[1-9]$/.test(event.key)) { event.preventDefault(); form.answerByNumber(Number(event.key)); return; }
    const run = keys[event.key];
    if (run) { event.preventDefault(); run(); }
  }

  submit.addEventListener("click", file);
  root.querySelector("button.keys").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", pressed);
  window.addEventListener("beforeunload", flush);

  return {
    show,
    connect: (setState, setTrigger) => { state = setState; trigger = setTrigger; document.removeEventListener("keydown", pressed); document.addEventListener("keydown", pressed); },
    leave: () => { flush(); document.removeEventListener("keydown", pressed); },
  };
}
