/* A lane: one clip with its caption and its frame number; or, where there is no clip to play, the reason. */

const REASONS = {
  1: "Loading was interrupted.",
  2: "The connection broke while this clip was loading.",
  3: "This clip cannot be decoded: its file is damaged, or this browser does not know its codec.",
  4: "This clip is not there, or is of a kind that this browser does not play.",
};
/** Milliseconds after which an unanswered seek is over. */
const SEEK_LIMIT = 2000;

class Lane {
  /**
   * @param {object} clip name, address, fps, frames, width, height, note
   * @param {number} number of the clip, from 0
   */
  constructor(clip, number) {
    this.clip = clip;
    this.number = number;
    this.fps = clip.fps || 0;
    this.isBroken = !clip.address;
    this.starvedSince = 0;
    this.figure = this.build();
  }

  build() {
    const figure = element("figure", `player-lane player-colour-${this.number}`);
    const caption = element("figcaption", "player-caption");
    caption.append(element("span", "player-badge", letter(this.number)), element("span", "player-name", this.clip.name));
    this.stage = element("div", "player-stage");
    keepShape(this.stage, this.clip);
    this.readout = element("p", "player-readout", "\u00a0");
    figure.append(caption, this.stage, this.readout);
    if (this.isBroken) this.say(this.clip.note || "There is no clip.");
    else {
      this.stage.append(this.load());
      if (this.clip.note) figure.append(element("p", "player-note", this.clip.note));
    }
    return figure;
  }

  load() {
    const video = element("video");
    Object.assign(video, { muted: true, playsInline: true, preload: "auto", disableRemotePlayback: true });
    video.setAttribute("aria-label", `Clip ${letter(this.number)}: ${this.clip.name}`);
    video.addEventListener("error", () => this.fail());
    video.addEventListener("loadedmetadata", () => keepShape(this.stage, { width: video.videoWidth, height: video.videoHeight }));
    this.video = video;
    this.ready = new Promise((resolve) => {
      ["loadeddata", "error"].forEach((event) => video.addEventListener(event, resolve, { once: true }));
    });
    video.src = this.clip.address;
    return video;
  }

  /** Ends for good, and lets go of what was loaded: browsers hold few clips at once. */
  end() {
    if (!this.video) return;
    this.isBroken = true;
    this.isOver = true;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Shows why there is nothing to see. The other lanes go on. */
  fail() {
    if (this.isOver) return;
    this.isBroken = true;
    this.say(REASONS[this.video.error?.code] || REASONS[4]);
  }

  /** A box without a clip says so, and nothing else. */
  say(reason) {
    this.readout.textContent = "\u00a0";
    this.stage.replaceChildren(element("p", "player-missing", reason));
  }

  /** Seconds; 0 if unknown. */
  get length() {
    const told = this.fps ? this.clip.frames / this.fps : 0;
    const found = this.isBroken ? NaN : this.video.duration;
    return Number.isFinite(found) ? found : told;
  }

  get frames() {
    return Math.round(this.length * this.fps);
  }

  /** The middle of the last frame: where a clip stays when longer ones go on. */
  get last() {
    return Math.max(0, this.length - (this.fps ? 0.5 / this.fps : 0.001));
  }

  get position() {
    return this.video.currentTime;
  }

  get isRunning() {
    return !this.isBroken && !this.video.paused && !this.video.ended;
  }

  /** Whether it should run and has had no picture to go on with for some time. */
  isStarved(patience, now) {
    const lacks = this.isRunning && this.video.readyState < 3 && this.position < this.last - 0.05;
    if (!lacks) this.starvedSince = 0;
    else if (!this.starvedSince) this.starvedSince = now;
    return lacks && now - this.starvedSince > patience;
  }

  stop() {
    if (!this.isBroken) this.video.pause();
  }

  /** Resolves when the picture of that moment is there. */
  goTo(moment) {
    if (this.isBroken) return Promise.resolve();
    const { video } = this;
    if (!video.seeking && Math.abs(video.currentTime - moment) < 0.001) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, SEEK_LIMIT);
      const done = () => (clearTimeout(limit), resolve());
      ["seeked", "error"].forEach((event) => video.addEventListener(event, done, { once: true }));
      video.currentTime = moment;
    });
  }

  start(rate, moment) {
    if (this.isBroken || moment >= this.last) return Promise.resolve();
    this.video.playbackRate = rate;
    // a command that came in between has paused it again, and says so here
    return this.video.play().catch(() => {});
  }

  /** Keeps near a moment while the clock runs. */
  follow(moment, rate) {
    if (this.isBroken || this.video.seeking) return;
    if (moment >= this.last) {
      if (this.position >= this.last - 0.5 / (this.fps || 25)) this.video.pause();
      return;
    }
    const ahead = this.position - moment;
    if (Math.abs(ahead) > FAR) this.video.currentTime = moment;
    const pull = Math.abs(ahead) < NEAR ? 0 : Math.max(-MOST_PULL, Math.min(MOST_PULL, ahead * PULL));
    const wanted = rate * (1 - pull);
    if (Math.abs(this.video.playbackRate - wanted) > 0.005 * rate) this.video.playbackRate = wanted;
  }

  /** Number of the frame that is shown at a moment, from 0. */
  frame(moment) {
    return Math.max(0, Math.min(Math.floor(moment * this.fps + 1e-3), this.frames - 1));
  }

  show(moment) {
    if (this.isBroken || !this.fps || !this.length) return;
    const number = this.frame(moment);
    const text = `frame ${number + 1} / ${this.frames} · ${(number / this.fps).toFixed(2)} s`;
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }
}
