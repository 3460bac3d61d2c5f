/* Plots of what was measured along the clips, under the same time cursor: a line a clip, in the clip's colour. */

const SVG = "http://www.w3.org/2000/svg";
const PLOT = { height: 132, left: 46, right: 10, top: 10, bottom: 20 };
/** Lines of up to so many values have a dot at each. */
const DOTTED = 60;
/** Beyond it, the difference of two values may be no number: such values are not drawn. */
const LARGEST = 1e300;
/** So that lines are told apart without their colours. */
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2"];

class Plot {
  /**
   * @param {object} series metric, title, unit, first, step, lines
   * @param {Lane[]} lanes
   * @param {Clock} clock
   */
  constructor(series, lanes, clock) {
    const lines = series.lines.map((line) => line?.map((value) => (Math.abs(value) < LARGEST ? value : null)));
    Object.assign(this, { series: { ...series, lines }, lanes, clock });
    this.figure = element("figure", "player-plot");
    const caption = element("figcaption", "player-plot-caption");
    caption.append(element("span", "player-metric", series.title || series.metric));
    if (series.unit) caption.append(element("span", "player-unit", series.unit));
    this.values = series.lines.map((_, number) => element("span", `player-value player-colour-${number}`));
    const values = element("span", "player-values");
    values.append(...this.values.filter((_, number) => series.lines[number]));
    caption.append(values);
    this.svg = shape("svg", { role: "img", "aria-label": `${series.metric} along the clips`, height: PLOT.height });
    this.figure.append(caption, this.svg);
    this.listen();
  }

  /** A click or a drag moves the time. */
  listen() {
    const seek = (event) => {
      const box = this.svg.getBoundingClientRect();
      const share = (event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - PLOT.right);
      this.clock.seek(Math.max(0, Math.min(1, share)) * this.clock.length);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.svg.addEventListener("pointermove", (event) => event.buttons && seek(event));
  }

  /** Draws everything but the cursor anew: the width, the lengths or the mode have changed. */
  draw() {
    this.width = Math.max(160, this.figure.clientWidth);
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${PLOT.height}`);
    const [low, high] = reach(this.series.lines.filter(Boolean).flat().filter(Number.isFinite));
    this.across = (share) => PLOT.left + share * (this.width - PLOT.left - PLOT.right);
    this.up = (value) => PLOT.height - PLOT.bottom - ((value - low) / (high - low)) * (PLOT.height - PLOT.top - PLOT.bottom);
    this.cursor = shape("line", { class: "player-cursor", y1: PLOT.top, y2: PLOT.height - PLOT.bottom });
    this.dots = this.series.lines.map((line, number) => line && shape("circle", { class: `player-dot player-colour-${number}`, r: 4 }));
    const lines = this.series.lines.map((line, number) => (line ? this.line(line, number) : []));
    this.svg.replaceChildren(...this.axes(low, high), ...lines.flat(), this.cursor, ...this.dots.filter(Boolean));
    this.move();
  }

  axes(low, high) {
    const marks = [];
    for (const value of ticks(low, high, 4)) {
      const y = this.up(value);
      marks.push(shape("line", { class: "player-grid", x1: PLOT.left, x2: this.width - PLOT.right, y1: y, y2: y }));
      marks.push(shape("text", { class: "player-tick", x: PLOT.left - 6, y: y + 4, "text-anchor": "end" }, short(value)));
    }
    const whole = this.clock.byShare ? 100 : this.clock.length;
    for (const value of ticks(0, whole, Math.max(2, Math.min(6, Math.floor(this.width / 90))))) {
      const words = `${short(value)}${this.clock.byShare ? " %" : " s"}`;
      const anchor = value / whole > 0.97 ? "end" : "middle";
      marks.push(shape("text", { class: "player-tick", x: this.across(value / whole), y: PLOT.height - 5, "text-anchor": anchor }, words));
    }
    return marks;
  }

  /** Share of the plot's width at which a clip's frame begins. */
  share(lane, frame) {
    const whole = this.clock.byShare ? lane.length : this.clock.length;
    return lane.fps && whole ? frame / lane.fps / whole : 0;
  }

  line(values, number) {
    const lane = this.lanes[number];
    const points = values.flatMap((value, place) =>
      Number.isFinite(value) ? [[this.across(this.share(lane, place * this.series.step + this.series.first)), this.up(value)]] : [],
    );
    const drawn = shape("polyline", {
      class: `player-line player-colour-${number}`,
      points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      "stroke-dasharray": DASHES[number % DASHES.length],
    });
    const dots = values.length > DOTTED ? [] : points;
    return [drawn, ...dots.map(([cx, cy]) => shape("circle", { class: `player-point player-colour-${number}`, cx, cy, r: 1.7 }))];
  }

  /** Brings the cursor, the dots and the values to the clock's time. */
  move() {
    if (!this.cursor) return;
    const x = this.across(this.clock.time / this.clock.length);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.series.lines.forEach((line, number) => line && this.point(line, number));
  }

  point(values, number) {
    const lane = this.lanes[number];
    const frame = lane.frame(this.clock.moment(lane));
    const place = (frame - this.series.first) / this.series.step; // no whole number where no value stands
    const value = values[place];
    const isKnown = Number.isFinite(value);
    const text = `${letter(number)} ${isKnown ? short(value) : "–"}`;
    if (this.values[number].textContent !== text) this.values[number].textContent = text;
    const dot = this.dots[number];
    dot.setAttribute("visibility", isKnown ? "visible" : "hidden");
    if (!isKnown) return;
    dot.setAttribute("cx", this.across(this.share(lane, frame)));
    dot.setAttribute("cy", this.up(value));
  }
}

/** Low and high end of an axis, with some air. */
function reach(values) {
  if (!values.length) return [0, 1];
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const air = (high - low) * 0.06 || Math.abs(high) * 0.05 || 0.5;
  return [low - air, high + air];
}

/** Round numbers inside a range, about so many. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
  const found = [];
  const first = Math.ceil(low / step - 1e-9);
  // counted from 0: beyond 2 ** 53 a place and the next are the same number, and the loop would not end
  for (let number = 0; number <= 3 * count && (first + number) * step <= high + step * 1e-9; number++) {
    found.push((first + number) * step);
  }
  return found;
}

/** Four significant digits. */
function short(value) {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
