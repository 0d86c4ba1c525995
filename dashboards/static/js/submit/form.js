// The form of a search document, made of its JSON schema: what is required or set is shown, the rest can be opened.

import { byId, element } from "../dom.js";
import { input } from "./inputs.js";
import { at, changed } from "./schema.js";

const SECTIONS = [
  ["The search", ["name", "seed"]],
  ["Space", ["space"]],
  ["Task and data", ["task"]],
  ["What is better", ["objectives", "constraints"]],
  ["How it is searched", ["strategy", "scheduler", "screening", "begin_with"]],
  ["How much", ["budget", "resources", "comparison"]],
];
const WORDS = { space: "Kind of space", task: "Kind of task", strategy: "Strategy", scheduler: "Early stopping", screening: "Screening", begin_with: "Begin with an earlier search", budget: "Budget", resources: "Resources", comparison: "Comparison of the best" };
const METRIC = /^(objectives|constraints)\.\d+\.metric$/;

/** The form inside `node`; `onChange(data)` is told the whole document whenever something in it was changed. */
export class DocumentForm {
  constructor(node, schema, { guide, dataSets, onChange }) {
    Object.assign(this, { node, schema, guide, dataSets, onChange, data: {}, opened: new Set() });
    node.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Shows another document; whoever is typing in the form goes on typing. */
  show(data) {
    this.data = data;
    const active = this.node.contains(document.activeElement) ? document.activeElement : null;
    const { id, value } = active || {};
    const typing = active?.tagName === "INPUT" && active.dataset.path;
    this.node.replaceChildren(this.metricList(), ...SECTIONS.map(([title, names]) => this.section(title, names)));
    if (!id || !byId(id)) return;
    if (typing) byId(id).value = value;
    byId(id).focus();
  }

  /** Says at each field what is wrong with it. */
  mark(problems) {
    const wrong = new Map(problems.map(({ field, message }) => [field, message]));
    for (const told of this.node.querySelectorAll("[data-told]")) {
      const message = wrong.get(told.dataset.told) || "";
      told.textContent = message;
      told.hidden = !message;
      const control = this.node.querySelector(`[data-path="${CSS.escape(told.dataset.told)}"]`);
      control?.setAttribute("aria-invalid", String(Boolean(message)));
    }
  }

  /** Nothing can be changed while the text cannot be read. */
  freeze(frozen) {
    this.node.inert = frozen;
    this.node.classList.toggle("frozen", frozen);
  }

  set(path, value, { again = false } = {}) {
    this.data = changed(this.data, path, value);
    if (again) this.show(this.data);
    this.onChange(this.data);
  }

  section(title, names) {
    const properties = this.schema.root.properties;
    return element("fieldset", { class: "section" }, element("legend", {}, title), names.map((name) => this.field(name, properties[name], [name])));
  }

  /** One field: what it is called, an input or the fields inside it, what it means, what is wrong with it. */
  field(name, schema, path, required = true) {
    const shape = this.schema.shape(schema);
    if (path.join(".") === "task.data") return this.group(name, shape, path, this.dataOf(shape, path));
    const drawn = { union: "union", object: "object", rows: "rows", named: "named" }[shape.type];
    if (drawn) return this.group(name, shape, path, this[drawn](shape, path, required));
    const id = idOf(path);
    const list = METRIC.test(path.join(".")) ? "metrics" : null;
    const control = input(shape, at(this.data, path), { id, path, list, set: (value) => this.set(path, value) });
    const told = this.told(path);
    control.setAttribute("aria-describedby", `${id}-about ${told.id}`);
    return element("div", { class: "field" }, element("label", { for: id }, words(name)), control, element("p", { class: "about", id: `${id}-about` }, shape.description), told);
  }

  group(name, shape, path, content) {
    const named = path.length > 1 || shape.type === "object";
    const heading = named ? element("legend", {}, WORDS[name] || words(String(name)), shape.nullable ? element("span", { class: "muted" }, at(this.data, path) ? "" : " (not used)") : null) : null;
    return element("fieldset", { class: path.length > 1 ? "inner" : "outer" }, heading, ...content.flat(), this.told(path));
  }

  told(path) {
    const field = path.join(".");
    return element("p", { class: "wrong", id: `${idOf(path)}-wrong`, "data-told": field, hidden: true });
  }

  /** One of several kinds, with the options of the one that is chosen. */
  union(shape, path, required) {
    const value = at(this.data, path);
    const kind = value?.kind ?? (value === undefined ? shape.fallback?.kind : undefined);
    const id = idOf([...path, "kind"]);
    const none = shape.nullable ? "none" : shape.fallback ? `by default ${shape.fallback.kind}` : required ? "choose…" : "not given";
    const options = [element("option", { value: "" }, none), ...Object.keys(shape.kinds).map((each) => element("option", { value: each, selected: each === value?.kind }, each))];
    const choose = (event) => this.set(path, this.ofKind(shape, event.target.value, value), { again: true });
    const told = this.told([...path, "kind"]);
    const chosen = element("div", { class: "field" }, element("label", { for: id }, WORDS[path.at(-1)] || `kind of ${words(String(path.at(-1)))}`), element("select", { id, "data-path": [...path, "kind"].join("."), "aria-describedby": `${id}-about ${told.id}`, onchange: choose }, options), element("p", { class: "about", id: `${id}-about` }, this.about(shape, kind)), told);
    const inside = value && shape.kinds[kind] ? this.object(this.schema.shape({ $ref: shape.kinds[kind] }), path) : [];
    return [chosen, ...inside];
  }

  about(shape, kind) {
    const described = kind && shape.kinds[kind] ? this.schema.shape({ $ref: shape.kinds[kind] }).description : shape.description;
    return described.split("\n\n")[0];
  }

  /** A value of another kind: simple options that it has, too, stay. */
  ofKind(shape, kind, before) {
    if (!kind) return undefined;
    const { properties } = this.schema.shape({ $ref: shape.kinds[kind] });
    const kept = Object.entries(before || {}).filter(([name, value]) => name in properties && typeof value !== "object");
    return { ...Object.fromEntries(kept), kind };
  }

  object(shape, path) {
    const value = at(this.data, path) || {};
    const names = Object.keys(shape.properties).filter((name) => name !== "kind");
    const needed = names.filter((name) => shape.required.includes(name));
    const shown = [...needed, ...names.filter((name) => name in value && !needed.includes(name))];
    const rest = names.filter((name) => !shown.includes(name));
    const draw = (name) => this.field(name, shape.properties[name], [...path, name], shape.required.includes(name));
    return [element("div", { class: "fields" }, shown.map(draw)), rest.length ? this.more(path, rest, draw) : null];
  }

  /** The options that are as they are by default, drawn once somebody looks at them. */
  more(path, names, draw) {
    const key = path.join(".");
    const body = element("div", { class: "fields" });
    const opened = this.opened.has(key);
    const details = element("details", { class: "more", open: opened }, element("summary", { id: `${idOf(path)}-more` }, names.length === 1 ? "1 more option" : `${names.length} more options`), body);
    const fill = () => body.childElementCount || body.append(...names.map(draw));
    if (opened) fill();
    details.addEventListener("toggle", () => {
      this.opened[details.open ? "add" : "delete"](key);
      if (details.open) fill();
    });
    return details;
  }

  rows(shape, path) {
    const values = at(this.data, path) || [];
    const item = this.schema.shape(shape.item);
    const drawn = values.map((_, index) => element("div", { class: "row" }, this.object(item, [...path, index]), this.remove([...path, index], `${words(path.at(-1))} ${index + 1}`)));
    const add = element("button", { type: "button", id: `${idOf(path)}-add`, onclick: () => this.set(path, [...values, {}], { again: true }) }, `Add ${singular(path.at(-1))}`);
    return [element("p", { class: "about" }, path.length > 1 ? shape.description : `${words(path.at(-1))}: ${shape.description}`), ...drawn, add];
  }

  /** Values under names of one's own, as the parts of a joint space. */
  named(shape, path) {
    const values = at(this.data, path) || {};
    const drawn = Object.keys(values).map((name) => element("div", { class: "row" }, this.field(name, shape.item, [...path, name]), this.remove([...path, name], name)));
    const id = `${idOf(path)}-name`;
    const name = element("input", { id, type: "text", size: 12, autocomplete: "off" });
    const add = () => name.value.trim() && this.set([...path, name.value.trim()], {}, { again: true });
    const adding = element("div", { class: "row" }, element("label", { for: id }, "Name"), name, element("button", { type: "button", onclick: add }, "Add"));
    return [element("p", { class: "about" }, shape.description), ...drawn, adding];
  }

  /** Where the data lie: a registered set by its name, or paths. */
  dataOf(shape, path) {
    const value = at(this.data, path);
    const kind = this.guide.data[this.data.task?.kind];
    const sets = this.dataSets.filter((each) => each.kind === kind);
    const named = typeof value === "string";
    if (!sets.length && !named) return this.object(shape, path);
    const options = [...sets.map((each) => [each.name, told(each)]), ...(named && !sets.some((each) => each.name === value) ? [[value, value]] : [])];
    const choose = (event) => this.set(path, event.target.value || { train: {}, val: {} }, { again: true });
    const id = idOf([...path, "set"]);
    const select = element("select", { id, onchange: choose }, element("option", { value: "" }, "paths of its own"), options.map(([name, words]) => element("option", { value: name, selected: name === value }, words)));
    return [element("div", { class: "field" }, element("label", { for: id }, "Data set"), select), ...(named ? [] : this.object(shape, path))];
  }

  remove(path, name) {
    return element("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}`, onclick: () => this.set(path, undefined, { again: true }) }, "Remove");
  }

  metricList() {
    const known = this.guide.metrics[this.data.task?.kind] || [];
    return element("datalist", { id: "metrics" }, known.map((value) => element("option", { value })));
  }
}

const idOf = (path) => `field-${path.join("-").replace(/[^\w-]/g, "_")}`;
const words = (name) => String(name).replaceAll("_", " ");
const singular = (name) => words(name).replace(/s$/, "");
const told = ({ name, standing, pictures }) => `${name}${pictures ? `, ${pictures.train} pictures` : ""}${standing === "faulty" ? ", faulty" : ""}`;
