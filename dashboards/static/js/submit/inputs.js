// Single values of a form: from data to what people type, and back.

import { element } from "../dom.js";

const WRONG = Symbol("not a value");
const UNSET = "";

/** An input for a value of this shape. `set` is called with the value, undefined for none; nonsense is marked. */
export function input(shape, value, { id, path, set, list }) {
  const attributes = { id, "data-path": path.join("."), autocomplete: "off" };
  if (shape.type === "choice" || shape.type === "truth") return select(shape, value, attributes, set);
  const written = value === undefined ? "" : spelled(value, shape);
  const numeric = shape.type === "number" || shape.type === "whole";
  const hint = shape.fallback === undefined || shape.fallback === null ? "" : spelled(shape.fallback, shape);
  const listen = (event) => {
    const read = parsed(event.target.value, shape);
    event.target.setAttribute("aria-invalid", String(read === WRONG));
    if (read !== WRONG) set(read);
  };
  return element("input", { ...attributes, type: "text", inputmode: numeric ? "decimal" : null, list, placeholder: hint, value: written, spellcheck: "false", oninput: listen });
}

function select(shape, value, attributes, set) {
  const options = shape.type === "truth" ? [true, false] : shape.options;
  const words = (each) => (each === true ? "yes" : each === false ? "no" : String(each));
  const none = element("option", { value: UNSET }, shape.fallback === undefined ? "choose…" : `by default ${words(shape.fallback)}`);
  const listed = options.map((each, index) => element("option", { value: index, selected: each === value }, words(each)));
  return element("select", { ...attributes, onchange: (event) => set(event.target.value === UNSET ? undefined : options[event.target.value]) }, none, listed);
}

function spelled(value, { type }) {
  if (type === "series" && Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parsed(text, { type, numeric, nullable }) {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (nullable && trimmed === "null") return null;
  if (type === "text") return trimmed;
  if (type === "number" || type === "whole") return number(trimmed);
  if (type === "series") return series(trimmed, numeric);
  return loosely(trimmed);
}

const number = (text) => (Number.isFinite(Number(text)) ? Number(text) : WRONG);

function series(text, numeric) {
  const parts = text.replace(/^\[|\]$/g, "").split(",").map((part) => part.trim()).filter(Boolean);
  const values = numeric ? parts.map(number) : parts;
  return values.includes(WRONG) ? WRONG : values;
}

function loosely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return /^[[{]/.test(text) ? WRONG : text;
  }
}
