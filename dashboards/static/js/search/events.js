// What happened in a search, newest first.

import { byId, element, link } from "../dom.js";
import { clock, moment } from "../format.js";
import { get } from "../rest.js";

const KEPT = 200;

/** The newest events of a search, kept up to date by `add`. */
export class Events {
  constructor(search) {
    Object.assign(this, { search, last: 0 });
  }

  /** Reads the last events before `sequence` and that one. */
  async load(sequence) {
    const after = Math.max(0, sequence - KEPT);
    const { items } = await get(`/searches/${this.search}/events`, { after, limit: KEPT });
    this.last = Math.max(after, ...items.map((event) => event.sequence));
    byId("events").replaceChildren(...items.reverse().map((event) => this.row(event)));
    this.none();
  }

  /** Puts an event on top. */
  add(event) {
    if (event.sequence <= this.last) return;
    this.last = event.sequence;
    const list = byId("events");
    list.querySelector(".none")?.remove();
    list.prepend(this.row(event));
    while (list.children.length > KEPT) list.lastChild.remove();
  }

  none() {
    if (!byId("events").children.length) byId("events").append(element("li", { class: "muted none" }, "Nothing has happened yet."));
  }

  row(event) {
    const words = event.trial === null ? event.message : this.linked(event);
    const time = element("time", { datetime: event.at, title: moment(event.at) }, clock(event.at));
    return element("li", { "data-status": event.kind.replace(/^trial_/, "") }, time, element("span", {}, words));
  }

  /** The sentence with the trial it names as a link. */
  linked(event) {
    const name = `trial ${event.trial}`;
    const target = link(`/searches/${this.search}/trials/${event.trial}`, name);
    return event.message.startsWith(name) ? [target, event.message.slice(name.length)] : [event.message, " (", target, ")"];
  }
}
