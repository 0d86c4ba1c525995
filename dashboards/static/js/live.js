// Server-sent events that come back: after a broken connection, after a page was hidden, without losing an event.

const PATIENCE_MS = [2000, 4000, 8000, 15000, 30000];
const HIDDEN_MS = 20000; // a browser has few connections to one host: a page nobody sees gives its own back

/**
 * Listens to a stream: `handlers` by the name of the message, each given the parsed data.
 *
 * `after`: the id of the last event known. `onState` is told "live", "away" (trying again) or "closed".
 * Returns an object whose `close()` ends it.
 */
export function live(address, handlers, { after = null, onState = () => {} } = {}) {
  const stream = new Stream(address, handlers, after, onState);
  stream.open();
  return stream;
}

class Stream {
  constructor(address, handlers, after, onState) {
    Object.assign(this, { address, handlers, onState, last: after, failures: 0, source: null, timer: null, hidden: null });
    this.seen = () => this.visibility();
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("pagehide", () => this.close(), { once: true });
  }

  open() {
    clearTimeout(this.timer);
    const url = new URL(this.address, location.href);
    if (this.last !== null) url.searchParams.set("after", this.last);
    this.source = new EventSource(url);
    this.source.onopen = () => {
      this.failures = 0;
      this.onState("live");
    };
    this.source.onerror = () => this.broken();
    for (const [name, handle] of Object.entries(this.handlers)) {
      this.source.addEventListener(name, (message) => {
        if (message.lastEventId) this.last = message.lastEventId;
        handle(JSON.parse(message.data));
      });
    }
  }

  /** The browser connects again by itself unless the service refused; then so do we, more and more patiently. */
  broken() {
    this.onState("away");
    if (this.source.readyState !== EventSource.CLOSED) return;
    const wait = PATIENCE_MS[Math.min(this.failures++, PATIENCE_MS.length - 1)];
    this.timer = setTimeout(() => this.open(), wait);
  }

  visibility() {
    clearTimeout(this.hidden);
    if (document.hidden) {
      this.hidden = setTimeout(() => this.rest(), HIDDEN_MS);
    } else if (this.source === null) {
      this.open();
    }
  }

  rest() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.onState("away");
  }

  close() {
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.hidden);
    this.rest();
    this.onState("closed");
  }
}
