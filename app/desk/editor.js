// A text with numbered lines. It is sent to be checked whenever typing pauses; the lines with a fault are marked.

const CHECK_AFTER_MS = 500;

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".editor");
  parentElement.querySelector(".title").textContent = data.label;
  if (!root.editor) root.editor = makeEditor(root);
  root.editor.connect((value) => setStateValue("text", value));
  root.editor.show(data);
  return () => root.editor.leave();
}

function makeEditor(root) {
  const area = root.querySelector("textarea");
  const numbers = root.querySelector(".numbers");
  let send = () => {};
  let timer = null;
  let shownFor = null;
  let sentAt = null;
  let faults = {};

  function show(data) {
    if (shownFor !== data.stamp) {
      shownFor = data.stamp;
      area.value = data.text;
      if (data.line) goTo(data.line);
    }
    faults = Object.fromEntries(data.faults.map((fault) => [fault.line, fault]).reverse());
    number();
  }

  function number() {
    const count = area.value.split("\n").length;
    numbers.replaceChildren(...Array.from({ length: count }, (_, place) => {
      const line = document.createElement("span");
      line.textContent = place + 1;
      const fault = faults[place + 1];
      if (fault) {
        line.className = fault.level;
        line.title = fault.message;
      }
      return line;
    }));
    follow();
  }

  function follow() { numbers.scrollTop = area.scrollTop; }

  function goTo(line) {
    const before = area.value.split("\n").slice(0, line - 1).join("\n").length;
    area.setSelectionRange(before + (line > 1 ? 1 : 0), before + (line > 1 ? 1 : 0));
    const height = parseFloat(getComputedStyle(area).lineHeight) || 19.5;
    area.scrollTop = Math.max(0, (line - 4) * height);
    follow();
  }

  function flush() {
    clearTimeout(timer);
    timer = null;
    const value = { stamp: shownFor, text: area.value };
    const now = JSON.stringify(value);
    if (now === sentAt) return;
    sentAt = now;
    send(value);
  }

  function typed() {
    if (numbers.children.length !== area.value.split("\n").length) number();
    clearTimeout(timer);
    timer = setTimeout(flush, CHECK_AFTER_MS);
  }

  // A new line begins where the one before it did.
  function indent(event) {
    const line = area.value.slice(0, area.selectionStart).split("\n").pop();
    const spaces = line.match(/^ */)[0];
    if (!spaces) return;
    event.preventDefault();
    area.setRangeText(`\n${spaces}`, area.selectionStart, area.selectionEnd, "end");
    typed();
  }

  area.addEventListener("input", typed);
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", () => { if (timer !== null) flush(); });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); flush(); }
    else if (event.key === "Enter" && !event.shiftKey) indent(event);
  });

  return { show, connect: (given) => { send = given; }, leave: () => { if (timer !== null) flush(); } };
}
