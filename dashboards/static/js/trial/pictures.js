// The pictures a trial left: what its network finds, what its resizer makes of pictures.

import { byId, element } from "../dom.js";
import { address } from "../rest.js";

const TOLD = {
  predictions: "Predictions on validation pictures",
  resized: "What the resizer makes of validation pictures: stored, interpolated, learned, and the difference",
};
let known = "";

/** Shows them; those that are there already stay. */
export function showPictures(path, names, version) {
  const text = JSON.stringify([names, version]);
  if (text === known) return;
  known = text;
  byId("pictures-card").hidden = names.length === 0;
  byId("pictures").replaceChildren(...names.map((name) => pictureOf(path, name, version)));
}

function pictureOf(path, name, version) {
  const told = TOLD[name] || name;
  const missing = (event) => event.target.replaceWith(element("p", { class: "muted" }, "The picture is not on the machine that serves this page."));
  const image = element("img", { src: address(`${path}/pictures/${encodeURIComponent(name)}`, { version }), alt: told, onerror: missing });
  return element("figure", { tabindex: "0", role: "region", "aria-label": told }, element("figcaption", {}, told), image);
}
