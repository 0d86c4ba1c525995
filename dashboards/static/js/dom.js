// Elements from data. Text is always text: nothing that was read is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (`onclick` and the like are listeners, null and false are left out) and children. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** The one element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A link to a page. */
export const link = (href, ...children) => element("a", { href }, ...children);

/** What stands for a status: words in its colour. */
export const chip = (status, words = status) => element("span", { class: "chip", "data-status": status }, words);

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
