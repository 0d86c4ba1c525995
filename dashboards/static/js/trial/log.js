// The end of a trial's log, read on as it grows. What was read once stays, up to a bound.

import { byId } from "../dom.js";
import { whole } from "../format.js";
import { get } from "../rest.js";

const KEPT = 200_000; // characters
const NEAR_END = 40; // pixels from the end within which one follows

/** The log of one trial. */
export class Log {
  constructor(path) {
    Object.assign(this, { path, end: null, text: "" });
  }

  /** Reads what has come since, and all the rest that is there. */
  async readOn() {
    let part;
    do {
      part = await get(this.path, { after: this.end });
      this.show(part);
    } while (part.text && part.end < part.size);
  }

  show(part) {
    if (part.start !== this.end) this.text = ""; // the first answer, or a new log
    this.end = part.size === null ? null : part.end;
    this.text = (this.text + part.text).slice(-KEPT);
    byId("log-note").textContent = part.size === null ? "There is no log on the machine that serves this page." : `The last lines of ${whole(part.size)} bytes.`;
    const shown = byId("log");
    shown.hidden = part.size === null;
    if (shown.textContent === this.text) return;
    const follows = shown.scrollHeight - shown.scrollTop - shown.clientHeight < NEAR_END;
    shown.textContent = this.text;
    if (follows) shown.scrollTop = shown.scrollHeight;
  }
}
