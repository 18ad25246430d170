// The sound of a call: a waveform with one lane a party, marks, and a place that moves. Nothing of this
// goes to the server while it plays.

function makePlayer(root, words) {
  const audio = root.querySelector("audio");
  const canvas = root.querySelector("canvas.wave");
  const legend = root.querySelector(".legend");
  const clock = root.querySelector(".clock");
  const rate = root.querySelector("select.rate");
  const button = root.querySelector("button.play");
  const listeners = [];
  let picture = { lanes: [], marks: [], duration: 0 };
  let source = null;
  let outlineOf = null;
  let channels = [];
  let stopAt = null;

  function length() {
    return picture.duration || (Number.isFinite(audio.duration) ? audio.duration : 0);
  }

  function show(data) {
    picture = { lanes: data.lanes || [], marks: data.marks || [], duration: data.duration_s || 0 };
    if (data.audio && data.audio !== source) {
      const at = source === null ? 0 : audio.currentTime;
      source = data.audio;
      audio.src = data.audio;
      if (at) audio.currentTime = at;
    }
    if (data.outline !== outlineOf) outlined(data.outline);
    root.classList.toggle("silent", !data.audio);
    root.style.setProperty("--lanes", Math.max(1, picture.lanes.length));
    explain();
    draw();
  }

  // The waveform comes by itself, after the page: of a long recording it takes a while.
  function outlined(address) {
    outlineOf = address;
    channels = [];
    if (!address) return;
    fetch(address).then((answer) => (answer.ok ? answer.json() : { channels: [] })).then((found) => {
      if (address !== outlineOf) return;
      // Each lane fills its height: a quiet party is to be seen, too.
      channels = found.channels.map((peaks) => ({ peaks, loudest: peaks.reduce((most, one) => Math.max(most, Math.abs(one)), 0.05) }));
      draw();
    }).catch(() => {});
  }

  // What the colours below the lanes mean: of the kinds that are there.
  function explain() {
    const kinds = [...new Set(picture.marks.map((mark) => mark.kind))];
    legend.replaceChildren(...kinds.map((kind) => {
      const entry = document.createElement("span");
      entry.style.setProperty("--colour", `var(--mark-${kind})`);
      entry.textContent = words.marks[kind] || kind;
      return entry;
    }));
  }

  function colour(name) {
    return getComputedStyle(root).getPropertyValue(`--${name}`).trim() || "#7b8794";
  }

  function draw() {
    const width = canvas.clientWidth;
    const laneHeight = 34;
    const height = Math.max(1, picture.lanes.length) * laneHeight + 22;
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const total = length();
    if (!total || !width) return;
    const x = (seconds) => (seconds / total) * width;
    picture.lanes.forEach((lane, number) => drawLane(pen, lane, number * laneHeight, laneHeight, width, x));
    picture.marks.forEach((mark) => drawMark(pen, mark, picture.lanes.length * laneHeight, x));
    pen.fillStyle = colour("now");
    pen.fillRect(x(audio.currentTime) - 1, 0, 2, height);
  }

  function drawLane(pen, lane, top, height, width, x) {
    pen.fillStyle = colour(lane.role);
    const sound = lane.channel === null ? undefined : channels[lane.channel];
    if (sound && sound.peaks.length) {
      const pairs = sound.peaks.length / 2;
      const middle = top + height / 2;
      for (let n = 0; n < pairs; n += 1) {
        const low = sound.peaks[2 * n] / sound.loudest;
        const high = sound.peaks[2 * n + 1] / sound.loudest;
        const y = middle - high * (height / 2 - 2);
        pen.fillRect((n / pairs) * width, y, Math.max(1, width / pairs), Math.max(1, ((high - low) * (height - 4)) / 2));
      }
    } else {
      (lane.spans || []).forEach(([start, end]) => pen.fillRect(x(start), top + 8, Math.max(1, x(end) - x(start)), height - 16));
    }
    pen.font = "11px sans-serif";
    pen.fillStyle = colour("soft");
    pen.fillRect(0, top, pen.measureText(lane.label).width + 7, 14);
    pen.fillStyle = colour("ink");
    pen.fillText(lane.label, 3, top + 11);
  }

  function drawMark(pen, mark, top, x) {
    pen.fillStyle = colour(`mark-${mark.kind}`);
    const left = x(mark.start_s);
    const wide = Math.max(3, x(mark.end_s === null ? mark.start_s : mark.end_s) - left);
    const row = mark.kind === "evidence" ? 12 : 2;
    pen.fillRect(left, top + row, wide, 8);
  }

  function playFrom(seconds, until) {
    if (!source) return;
    stopAt = until === undefined ? null : until;
    audio.currentTime = Math.max(0, seconds);
    audio.play().catch(() => {});
    moved();
  }

  function toggle() {
    if (!source) return;
    stopAt = null;
    if (audio.paused) audio.play().catch(() => {});
    else audio.pause();
  }

  function back(seconds) {
    stopAt = null;
    audio.currentTime = Math.max(0, audio.currentTime - seconds);
    moved();
  }

  function faster(step) {
    const next = Math.min(rate.options.length - 1, Math.max(0, rate.selectedIndex + step));
    rate.selectedIndex = next;
    audio.playbackRate = Number(rate.value);
  }

  function moved() {
    if (stopAt !== null && audio.currentTime >= stopAt) {
      stopAt = null;
      audio.pause();
    }
    clock.textContent = `${clockText(audio.currentTime)} / ${clockText(length())}`;
    draw();
    listeners.forEach((listener) => listener(audio.currentTime));
  }

  function markAt(event) {
    const total = length();
    const box = canvas.getBoundingClientRect();
    const seconds = ((event.clientX - box.left) / box.width) * total;
    const reach = (total * 4) / Math.max(1, box.width);
    return picture.marks.find(
      (mark) => seconds >= mark.start_s - reach && seconds <= (mark.end_s ?? mark.start_s) + reach,
    );
  }

  audio.addEventListener("timeupdate", moved);
  audio.addEventListener("seeked", moved);
  audio.addEventListener("loadedmetadata", moved);
  audio.addEventListener("play", () => { button.textContent = words.pause; });
  audio.addEventListener("pause", () => { button.textContent = words.play; });
  button.addEventListener("click", toggle);
  rate.addEventListener("change", () => { audio.playbackRate = Number(rate.value); });
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    if (length()) playFrom(((event.clientX - box.left) / box.width) * length());
  });
  canvas.addEventListener("mousemove", (event) => {
    const found = markAt(event);
    canvas.title = found ? found.label : "";
  });
  const resized = new ResizeObserver(draw);
  resized.observe(canvas);

  return {
    show, playFrom, toggle, back, faster,
    onMove: (listener) => listeners.push(listener),
    now: () => audio.currentTime,
    stop: () => { resized.disconnect(); audio.pause(); audio.removeAttribute("src"); audio.load(); },
  };
}

function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}
