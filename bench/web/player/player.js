/* The lockstep player: builds itself from the JSON in each <section class="player"> of the page.

   No library, no request but for the clips and the image, and no text of a stranger ever becomes markup: names and
   notes go through textContent only.
*/

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M10 3v10L3 8zM11 3h2v10h-2z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M3 3h2v10H3zM6 3v10l7-5z",
  last: "M3 3v10l7-5zM11 3h2v10h-2z",
};
const RATES = [0.25, 0.5, 1];
/** Pixels: clips are at least so wide, so far apart. */
const LANE = { least: 200, gap: 14 };
/** Plots that are shown at once; a click shows the rest. */
const FIRST_PLOTS = 8;

class Player {
  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    const shown = JSON.parse(section.querySelector("script").textContent);
    const { width, height } = shown.clips.find((clip) => clip.width) || {}; // of the first clip that knows its own
    this.lanes = shown.clips.map((clip, number) => new Lane(clip.width ? clip : { ...clip, width, height }, number));
    this.clock = section.clock = new Clock(this.lanes); // for pages that embed the player: play(), pause(), seek(seconds)
    this.plots = shown.series.map((series) => new Plot(series, this.lanes, this.clock));
    section.append(this.stages(shown), this.controls(), ...this.below(shown));
    this.wire();
    this.begin();
  }

  stages(shown) {
    this.stage = element("div", "player-lanes");
    if (shown.image) this.stage.append(this.input(shown));
    this.stage.append(...this.lanes.map((lane) => lane.figure));
    return this.stage;
  }

  input(shown) {
    const figure = element("figure", "player-lane player-input");
    const stage = element("div", "player-stage");
    keepShape(stage, shown.clips.find((clip) => clip.width) || {});
    const image = element("img");
    image.alt = "The input image, fitted as the clips were";
    image.addEventListener("load", () => keepShape(stage, { width: image.naturalWidth, height: image.naturalHeight }));
    image.addEventListener("error", () => stage.replaceChildren(element("p", "player-missing", "The image cannot be shown.")));
    image.src = shown.image;
    stage.append(image);
    const caption = element("figcaption", "player-caption");
    caption.append(element("span", "player-name", "Input image"));
    figure.append(caption, stage);
    return figure;
  }

  below(shown) {
    const parts = [];
    if (shown.prompt) {
      const prompt = element("p", "player-prompt", shown.prompt);
      prompt.prepend(element("span", "player-prompt-label", "Prompt"));
      parts.push(prompt);
    }
    if (this.plots.length) parts.push(grid(this.plots.slice(0, FIRST_PLOTS)));
    if (this.plots.length > FIRST_PLOTS) parts.push(this.more(this.plots.slice(FIRST_PLOTS)));
    return parts;
  }

  /** The plots that stand behind a click: what is below the player should not be screens away. */
  more(plots) {
    const details = element("details", "player-more");
    details.append(element("summary", "", `${plots.length} more along the clips`), grid(plots));
    details.addEventListener("toggle", () => this.redraw()); // what is not shown has no width to be drawn in
    return details;
  }

  controls() {
    const { clock } = this;
    const group = element("div", "player-controls");
    group.hidden = !this.plots.length && this.lanes.every((lane) => lane.isBroken); // nothing plays, nothing has a cursor
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "All clips together");
    this.playButton = button("play", "Play (space)", () => clock.toggle());
    const steps = element("div", "player-buttons");
    steps.append(
      button("first", "First frame (Home)", () => clock.toFrame(0)),
      button("back", "One frame back (←)", () => clock.stepBy(-1)),
      this.playButton,
      button("next", "One frame on (→)", () => clock.stepBy(1)),
      button("last", "Last frame (End)", () => clock.toFrame(clock.steps - 1)),
    );
    this.bar = element("input", "player-bar");
    Object.assign(this.bar, { type: "range", min: 0, max: 1, step: "any", value: 0 });
    this.bar.setAttribute("aria-label", "Time");
    this.bar.addEventListener("input", () => clock.seek(Number(this.bar.value)));
    this.timeText = element("output", "player-time");
    group.append(steps, this.bar, this.timeText, this.options());
    return group;
  }

  options() {
    const { clock } = this;
    const options = element("div", "player-options");
    const speed = choice("Speed", RATES.map((rate) => [rate, `×${rate}`]), 1, (value) => clock.setRate(Number(value)));
    const modes = [["seconds", "by seconds"], ["share", "by share of the clip"]];
    const mode = choice("In step", modes, "seconds", (value) => {
      clock.setByShare(value === "share");
      this.redraw();
    });
    const loop = element("label", "player-option");
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: true });
    box.addEventListener("change", () => (clock.loops = box.checked));
    loop.append(box, "Loop");
    options.append(speed, loop, ...(this.differ() ? [mode] : []));
    return options;
  }

  /** Whether clips have different lengths: else both modes are one. */
  differ() {
    const lengths = this.lanes.map((lane) => lane.length).filter(Boolean);
    return lengths.some((length) => Math.abs(length - lengths[0]) > 0.02);
  }

  /** Ends for good: for pages that embed the player and show something else now. */
  destroy() {
    this.isOver = true;
    this.observer.disconnect();
    this.keys.abort();
    this.clock.end();
    this.lanes.forEach((lane) => lane.end());
    this.section.remove();
  }

  wire() {
    this.clock.onChange(() => this.move());
    this.keys = new AbortController();
    document.addEventListener("keydown", (event) => this.hears(event) && this.press(event), { signal: this.keys.signal });
    this.observer = new ResizeObserver(() => this.section.clientWidth !== this.width && this.redraw());
    this.observer.observe(this.section);
    this.lanes.forEach((lane) => lane.video?.addEventListener("loadedmetadata", () => this.redraw()));
  }

  /** Whether a key is for this player: on a page of its own all are, and on others those that nothing else has the focus for. */
  hears(event) {
    if (document.documentElement.dataset.player || this.section.contains(event.target)) return true;
    const { top, bottom } = this.stage.getBoundingClientRect();
    const isSeen = bottom > 0 && top < window.innerHeight;
    return event.target === document.body && isSeen && [" ", "ArrowLeft", "ArrowRight"].includes(event.key);
  }

  press(event) {
    const isText = event.target.matches?.("select, textarea, input:not([type=range]):not([type=checkbox])");
    if (isText || event.ctrlKey || event.metaKey || event.altKey) return;
    const isButton = event.target.matches?.("button, [type=checkbox]");
    const { clock } = this;
    const commands = {
      " ": isButton ? undefined : () => clock.toggle(), // a button that has the focus is pressed by space itself
      ArrowLeft: () => clock.stepBy(-1),
      ArrowRight: () => clock.stepBy(1),
      Home: () => clock.toFrame(0),
      End: () => clock.toFrame(clock.steps - 1),
    };
    const isDigit = /^[0-9]$/.test(event.key);
    const command = isDigit ? () => clock.seek((Number(event.key) / 10) * clock.length) : commands[event.key];
    if (!command) return;
    event.preventDefault();
    command();
  }

  /** Plays when every clip is there, unless the visitor wants no motion. */
  async begin() {
    this.redraw();
    await Promise.all(this.lanes.map((lane) => lane.ready));
    if (this.isOver || !this.section.isConnected) return;
    this.redraw();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!isCalm && this.lanes.some((lane) => !lane.isBroken)) this.clock.play();
    else this.clock.toFrame(0);
  }

  redraw() {
    this.width = this.section.clientWidth;
    const columns = Math.floor((this.width + LANE.gap) / (LANE.least + LANE.gap));
    this.stage.style.setProperty("--player-columns", Math.max(1, Math.min(columns, this.stage.childElementCount)));
    this.plots.forEach((plot) => plot.draw());
    this.move();
  }

  /** Shows the clock's time everywhere. */
  move() {
    const { clock } = this;
    this.bar.max = clock.length;
    this.bar.value = clock.time;
    const text = `${Math.min(clock.time, clock.length).toFixed(2)} / ${clock.length.toFixed(2)} s`;
    this.timeText.textContent = text;
    this.bar.setAttribute("aria-valuetext", text);
    showIcon(this.playButton, clock.isPlaying ? "pause" : "play", clock.isPlaying ? "Pause (space)" : "Play (space)");
    this.lanes.forEach((lane) => lane.show(clock.moment(lane)));
    this.plots.forEach((plot) => plot.move());
  }
}

function grid(plots) {
  const made = element("div", "player-plots");
  made.append(...plots.map((plot) => plot.figure));
  return made;
}

/** An HTML element with a class and a text, which is never markup. */
function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** An element of an SVG. */
function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text) made.textContent = text;
  return made;
}

function button(icon, label, press) {
  const made = element("button", "player-button");
  made.type = "button";
  const drawn = shape("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" });
  drawn.append(shape("path", {}));
  made.append(drawn);
  made.addEventListener("click", press);
  showIcon(made, icon, label);
  return made;
}

function showIcon(made, icon, label) {
  if (made.dataset.icon === icon) return;
  made.dataset.icon = icon;
  made.querySelector("path").setAttribute("d", ICONS[icon]);
  made.title = label;
  made.setAttribute("aria-label", label);
}

function choice(label, options, chosen, choose) {
  const made = element("label", "player-option", label);
  const select = element("select");
  options.forEach(([value, text]) => select.append(new Option(text, value, false, value === chosen)));
  select.addEventListener("change", () => choose(select.value));
  made.append(select);
  return made;
}

/** Keeps the place of a picture before it is there, so that nothing jumps. */
function keepShape(stage, { width, height }) {
  if (!width || !height) return;
  stage.style.aspectRatio = `${width} / ${height}`;
  stage.parentElement?.style.setProperty("--player-shape", width / height);
  stage.closest(".player-lanes")?.style.setProperty("--player-shape", width / height);
}

/** 'A' for the first clip: some people cannot see colours. */
function letter(number) {
  return String.fromCharCode(65 + number);
}

/** Makes the frame that this page is shown in as high as the page, and lets its ground shine through. */
function fitFrame() {
  const frame = window.frameElement; // null where the page around is of another origin
  if (!frame) return;
  const root = document.documentElement;
  root.dataset.player = "frame";
  frame.style.colorScheme = root.dataset.theme || "light dark"; // with another scheme than ours it would be opaque
  frame.style.display = "block";
  const box = frame.parentElement;
  if (box.childElementCount === 1) Object.assign(box.style, { flex: "0 0 auto", height: "auto" });
  const fit = () => (frame.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`);
  new ResizeObserver(fit).observe(document.body);
}

document.querySelectorAll("section.player").forEach((section) => new Player(section));
if (document.documentElement.dataset.player) fitFrame();
