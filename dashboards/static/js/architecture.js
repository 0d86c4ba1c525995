// Architectures as drawings: the figures that the service made of them, as SVG in the colours of the theme, with the
// same in words below. Which blocks there are and what they are is never decided here.

import { drawing, element } from "./dom.js";
import { edgeShape, HEAD_SIZE } from "./edges.js";

const LEVELS = { cellWidth: 54, cellHeight: 60, width: 34, height: 26, left: 132, right: 22, top: 26 };
const CHAIN = { cellWidth: 124, cellHeight: 92, width: 104, height: 60, left: 8, right: 8, top: 30 };
const WORDS = { stem: "stem", bottleneck: "bottleneck block", residual: "residual block", data: "pictures or features", layer: "layers", sum: "sum" };
const ARROWS = { merged: "dangling block, merged", skip: "shortcut" };
let figures = 0;

/**
 * The figures of a drawing below each other. `rows`: those of all drawings that are laid out alike, by role;
 * `changes`: what is emphasised, by role, as `{ nodes, edges }`; `title` says whose it is.
 */
export function drawnArchitecture(view, { title, rows = {}, changes = {} } = {}) {
  const drawn = view.figures.map((figure) => drawnFigure(figure, { title, rows: rows[figure.role] || figure.rows, changes: changes[figure.role] }));
  return element("div", { class: "figures" }, drawn);
}

function drawnFigure(figure, { title, rows, changes }) {
  const part = figure.role === figure.kind ? figure.role : `${figure.role}: ${figure.kind}`;
  const name = `${part} of ${title}`;
  const facts = element("p", { class: "values" }, figure.facts.map(({ name: each, value }) => element("span", {}, `${each} ${value}`)));
  if (figure.form === "table") return element("section", { class: "figure" }, element("h3", {}, part), table(figure, name));
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Drawing of ${name}` }, svg(figure, rows, name, changes));
  const words = element("details", {}, element("summary", {}, "The same in words"), nodeTable(figure, name));
  return element("section", { class: "figure" }, element("h3", {}, part), facts, scroll, legend(figure, changes), words);
}

function svg(figure, rows, name, changes) {
  const grid = gridOf(figure, rows);
  const id = `architecture-${figures++}`;
  const attributes = { class: "architecture", role: "img", "aria-labelledby": `${id}-title ${id}-text`, width: grid.totalWidth, height: grid.totalHeight, viewBox: `0 0 ${grid.totalWidth} ${grid.totalHeight}` };
  const edges = figure.edges.map((edge) => drawnEdge(edge, grid, has(changes?.edges, edge)));
  const nodes = figure.nodes.map((node) => drawnNode(node, grid, changes?.nodes.includes(node.id)));
  const drawn = drawing("svg", attributes, drawing("title", { id: `${id}-title` }, name), drawing("desc", { id: `${id}-text` }, sentence(figure)), grid.rows.map((row) => drawnRow(row, grid)), edges, nodes);
  light(drawn);
  return drawn;
}

const has = (edges, edge) => Boolean(edges?.some((each) => each.source === edge.source && each.target === edge.target && each.arrow === edge.arrow));

/** Where everything stands: nodes by id, rows from the top. */
function gridOf(figure, rows) {
  const size = figure.form === "levels" ? LEVELS : CHAIN;
  const place = new Map(rows.map((row, index) => [row.number, index]));
  const columns = Math.max(...figure.nodes.map(({ column }) => column)) + 1;
  const x = (node) => size.left + (node.column + 0.5) * size.cellWidth;
  const y = (row) => size.top + (place.get(row) + 0.5) * size.cellHeight;
  const nodes = new Map(figure.nodes.map((node) => [node.id, { ...node, x: x(node), y: y(node.row) }]));
  const incoming = incomingOf(figure, nodes);
  return { ...size, form: figure.form, rows, y, nodes, incoming, totalWidth: size.left + columns * size.cellWidth + size.right, totalHeight: size.top + rows.length * size.cellHeight + 12 };
}

/** By target, the ids of what enters it from another row, highest row first: so that arrows do not cross before it. */
function incomingOf(figure, nodes) {
  const found = new Map();
  for (const { source, target } of figure.edges) {
    if (nodes.get(source).y !== nodes.get(target).y) found.set(target, [...(found.get(target) || []), source]);
  }
  found.forEach((sources) => sources.sort((one, other) => nodes.get(one).y - nodes.get(other).y));
  return found;
}

function drawnRow(row, grid) {
  if (!row.label) return null;
  const y = grid.y(row.number);
  return drawing("g", { class: "row" }, drawing("line", { x1: grid.left, x2: grid.totalWidth - 8, y1: y, y2: y }), drawing("text", { x: 10, y: y - 8 }, row.label), drawing("text", { x: 10, y: y + 8, class: "note" }, row.note));
}

function drawnEdge(edge, grid, changed) {
  const { line, head } = edgeShape(edge, grid);
  const names = ["edge", edge.arrow, changed && "changed"].filter(Boolean).join(" ");
  return drawing("g", { class: names, "data-source": edge.source, "data-target": edge.target }, drawing("path", { class: "line", d: line }), drawing("path", { class: "head", d: head }));
}

function drawnNode(node, grid, changed) {
  const { x, y } = grid.nodes.get(node.id);
  const names = ["node", node.shape, node.dead && "dead", changed && "changed"].filter(Boolean).join(" ");
  const told = [node.name, ...node.told.map(({ name, value }) => `${name} ${value}`)].join("\n");
  const ring = node.output && drawing("rect", { class: "ring", x: -grid.width / 2 - 4, y: -grid.height / 2 - 4, width: grid.width + 8, height: grid.height + 8, rx: 7 });
  const halo = changed && drawing("rect", { class: "halo", x: -grid.width / 2 - 8, y: -grid.height / 2 - 8, width: grid.width + 16, height: grid.height + 16, rx: 9 });
  const output = node.output && drawing("text", { class: "output", x: grid.width / 2 + 9 }, node.output);
  return drawing("g", { class: names, "data-id": node.id, transform: `translate(${x} ${y})` }, drawing("title", {}, told), halo, ring, shapeOf(node.shape, grid), texts(node, grid), output);
}

function texts(node, grid) {
  const all = [node.label, ...node.lines];
  const step = 14;
  const first = -((all.length - 1) * step) / 2;
  return all.map((text, place) => drawing("text", { class: place ? "line" : "label", y: first + place * step, textLength: text.length > 17 ? grid.width - 8 : null, lengthAdjust: "spacingAndGlyphs" }, text));
}

/** A shape for each kind, so that colour is not all that tells them apart. */
function shapeOf(shape, { width, height }) {
  const [w, h] = [width / 2, height / 2];
  const box = { class: "shape", x: -w, y: -h, width, height };
  if (shape === "residual") return drawing("path", { class: "shape", d: `M${-w - 3} 0L${-w + 7} ${-h}H${w - 7}L${w + 3} 0L${w - 7} ${h}H${-w + 7}Z` });
  if (shape === "sum") return drawing("circle", { class: "shape", r: 14 });
  return drawing("rect", { ...box, rx: { stem: h, data: 0 }[shape] ?? 4 });
}

/** What is under the pointer stands out with all that enters and leaves it. */
function light(drawn) {
  const show = (id) => drawn.querySelectorAll(".edge").forEach((edge) => edge.classList.toggle("lit", id !== null && [edge.dataset.source, edge.dataset.target].includes(id)));
  drawn.addEventListener("pointerover", (event) => show(event.target.closest(".node")?.dataset.id ?? null));
  drawn.addEventListener("pointerleave", () => show(null));
}

function legend(figure, changes) {
  const shapes = [...new Set(figure.nodes.map(({ shape }) => shape))].filter((shape) => shape !== "sum");
  const items = shapes.map((shape) => sample(drawing("g", { class: `node ${shape}`, transform: "translate(22 13)" }, shapeOf(shape, { width: 26, height: 18 })), WORDS[shape]));
  if (figure.nodes.some(({ output }) => output)) items.push(sample(drawing("g", { class: "node bottleneck", transform: "translate(22 13)" }, drawing("rect", { class: "ring", x: -16, y: -11, width: 32, height: 22, rx: 6 }), shapeOf("bottleneck", { width: 24, height: 14 })), "output"));
  if (figure.nodes.some(({ dead }) => dead)) items.push(sample(drawing("g", { class: "node dead", transform: "translate(22 13)" }, shapeOf("bottleneck", { width: 26, height: 18 })), "dead: not built"));
  const arrows = [...new Set(figure.edges.map(({ arrow }) => arrow))].filter((arrow) => ARROWS[arrow]);
  items.push(...arrows.map((arrow) => sample(arrowSample(arrow), ARROWS[arrow])));
  if (changes?.nodes.length || changes?.edges.length) items.push(sample(arrowSample("changed"), "differs"));
  return element("ul", { class: "samples" }, items);
}

const sample = (drawn, words) => element("li", {}, drawing("svg", { class: "architecture sample", viewBox: "0 0 44 26", "aria-hidden": "true" }, drawn), words);

function arrowSample(arrow) {
  return drawing("g", { class: `edge ${arrow}` }, drawing("path", { class: "line", d: "M3 13H34" }), drawing("path", { class: "head", d: `M41 13l-${HEAD_SIZE + 2} -4v8z` }));
}

function sentence(figure) {
  const outputs = figure.nodes.filter(({ output }) => output).map(({ output, name }) => `${output} of ${name}`);
  const dead = figure.nodes.filter((node) => node.dead).length;
  const rows = figure.form === "levels" ? `, in ${figure.rows.length} levels` : "";
  const told = [`${figure.nodes.length} ${figure.form === "levels" ? "blocks" : "steps"}${rows}, and ${figure.edges.length} arrows between them.`];
  if (outputs.length) told.push(`Outputs: ${outputs.join(", ")}.`);
  if (dead) told.push(`${dead} of the blocks ${dead === 1 ? "is" : "are"} dead.`);
  return [...told, "The table below says the same in words."].join(" ");
}

function nodeTable(figure, name) {
  const names = [...new Set(figure.nodes.flatMap((node) => node.told.map((each) => each.name)))];
  const head = element("thead", {}, element("tr", {}, [figure.form === "levels" ? "block" : "step", ...names].map((each) => element("th", { scope: "col" }, each))));
  const rows = figure.nodes.map((node) => {
    const told = new Map(node.told.map((each) => [each.name, each.value]));
    return element("tr", {}, element("th", { scope: "row" }, node.name), names.map((each) => element("td", {}, told.get(each) ?? "")));
  });
  const caption = element("caption", { class: "seen-by-readers" }, `In words: ${name}`);
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `In words: ${name}` }, element("table", { class: "dense" }, caption, head, element("tbody", {}, rows)));
}

function table(figure, name) {
  const rows = figure.facts.map((fact) => element("tr", {}, element("th", { scope: "row" }, fact.name), element("td", { class: "mono" }, fact.value)));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, element("table", { class: "dense" }, element("caption", { class: "seen-by-readers" }, name), element("tbody", {}, rows)));
}
