/* The shared clock: one time for all lanes, in seconds of the longest clip.

   A video element keeps a time of its own and strays: it starts late, stalls, runs a little fast. Here the clock is
   the truth. While it runs, every lane follows it once a screen refresh: a little faster or slower, or by a jump when
   it is far off. Whatever moves the time gathers first: all lanes go to the new time and start together when the last
   one has arrived. So two frames that are seen side by side belong to the same moment.
*/

/** Seconds: a lane farther off than this jumps, and one nearer than NEAR is left alone. */
const FAR = 0.09;
const NEAR = 0.004;
/** How much faster a lane runs for each second that it is behind, and at most. */
const PULL = 5;
const MOST_PULL = 0.4;
/** Seconds between two refreshes that mean a hidden tab or a sleeping machine. */
const ASLEEP = 0.5;
/** Milliseconds that a lane may be without pictures before all wait for it. */
const PATIENCE = 150;

class Clock {
  /** @param {Lane[]} lanes */
  constructor(lanes) {
    this.lanes = lanes;
    this.time = 0;
    this.rate = 1;
    this.loops = true;
    this.byShare = false;
    this.isPlaying = false;
    this.isHeld = false; // while lanes gather
    this.turn = 0; // grows with each command: an older one that is still waiting gives way
    this.listeners = [];
    this.last = performance.now();
    this.isOver = false;
    requestAnimationFrame(() => this.tick());
  }

  /** Ends for good: no refresh is asked for any more, and commands that still wait give way. */
  end() {
    this.turn++;
    this.isOver = true;
    this.isPlaying = false;
    this.listeners = [];
  }

  /** Seconds of the longest clip. */
  get length() {
    return Math.max(0.04, ...this.lanes.map((lane) => lane.length));
  }

  /** Seconds of one step: a frame of the clip that has the most of them in the time that they share. */
  get step() {
    const steps = this.lanes.filter((lane) => lane.fps && lane.length);
    const each = steps.map((lane) => (this.byShare ? this.length / lane.length : 1) / lane.fps);
    return each.length ? Math.min(...each) : this.length / 100;
  }

  get steps() {
    return Math.max(1, Math.round(this.length / this.step));
  }

  /** The place of a lane's clip at the clock's time, in the clip's own seconds. */
  moment(lane) {
    return Math.min(this.time * this.scale(lane), lane.last);
  }

  /** Seconds of a lane's clip in one second of the clock's. */
  scale(lane) {
    return this.byShare && lane.length ? lane.length / this.length : 1;
  }

  play() {
    this.isPlaying = true;
    return this.gather(this.time > this.length - 0.75 * this.step ? 0 : this.time);
  }

  pause() {
    this.isPlaying = false;
    return this.toFrame(Math.floor(this.time / this.step + 1e-6)); // all at the middle of one frame
  }

  toggle() {
    return this.isPlaying ? this.pause() : this.play();
  }

  /** Goes to a time, and goes on playing if it did. */
  seek(time) {
    return this.gather(Math.max(0, Math.min(time, this.length)));
  }

  /** Stops at a frame, counted from 0 in steps; in its middle, where rounding shows no neighbour. */
  toFrame(number) {
    this.isPlaying = false;
    const frame = Math.max(0, Math.min(number, this.steps - 1));
    return this.gather((frame + 0.5) * this.step);
  }

  stepBy(count) {
    return this.toFrame(Math.floor(this.time / this.step + 1e-6) + count);
  }

  setRate(rate) {
    this.rate = rate;
    return this.gather(this.time);
  }

  setByShare(byShare) {
    const share = this.time / this.length;
    this.byShare = byShare;
    return this.gather(share * this.length);
  }

  /** Brings all lanes to a time; they start together, where the clock plays. */
  async gather(time) {
    if (this.isOver) return;
    const turn = ++this.turn;
    this.time = time;
    this.isHeld = true;
    this.lanes.forEach((lane) => lane.stop());
    this.tell();
    await Promise.all(this.lanes.map((lane) => lane.goTo(this.moment(lane))));
    if (turn !== this.turn) return;
    if (this.isPlaying) {
      await Promise.all(this.lanes.map((lane) => lane.start(this.rate * this.scale(lane), this.moment(lane))));
      if (turn !== this.turn) return;
      this.time = this.startTime(time);
    }
    this.last = performance.now();
    this.isHeld = false;
    this.tell();
  }

  /** Where the lanes are by now, on average: none started at the very same millisecond. */
  startTime(time) {
    const running = this.lanes.filter((lane) => lane.isRunning);
    const times = running.map((lane) => lane.position / this.scale(lane));
    return times.length ? times.reduce((sum, each) => sum + each, 0) / times.length : time;
  }

  /** The time at this moment, between two refreshes too. */
  get now() {
    const runs = this.isPlaying && !this.isHeld;
    return runs ? this.time + ((performance.now() - this.last) / 1000) * this.rate : this.time;
  }

  tick() {
    if (this.isOver) return;
    requestAnimationFrame(() => this.tick());
    if (!this.isPlaying || this.isHeld) return;
    const now = performance.now(); // not the refresh's own time: on a busy machine that is long ago
    const passed = Math.max(0, (now - this.last) / 1000);
    this.last = now;
    if (passed > ASLEEP || this.lanes.some((lane) => lane.isStarved(PATIENCE, now))) {
      this.gather(this.time);
      return;
    }
    this.time += passed * this.rate;
    if (this.time >= this.length) {
      if (this.loops) this.gather(0);
      else this.toFrame(this.steps - 1);
      return;
    }
    this.lanes.forEach((lane) => lane.follow(this.moment(lane), this.rate * this.scale(lane)));
    this.tell();
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  tell() {
    this.listeners.forEach((listener) => listener(this));
  }
}
