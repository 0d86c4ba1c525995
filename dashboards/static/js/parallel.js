// Parallel coordinates: an axis per choice and metric, a line per trial, the best in the strongest colour.

import { drawing } from "./dom.js";
import { metric as spelled } from "./format.js";
import { onTheme } from "./page.js";
import { colours } from "./plots.js";

const HEIGHT = 330;
const TOP = 52;
const BOTTOM = 26;
const LEAST = 104; // pixels between two axes
const LABELS = 9; // options that are told one by one

export class ParallelLines {
  constructor(node, { onLine }) {
    Object.assign(this, { node, onLine, view: null, best: 1, kept: new Map() });
    new ResizeObserver(() => this.draw()).observe(node);
    onTheme(() => this.draw());
  }

  /** Shows `numbers`, `axes` and `metrics` of the view; null: nothing. */
  show(view) {
    this.view = view;
    this.axes = view ? [...view.axes.map(choiceAxis), ...view.metrics.map(metricAxis)] : [];
    this.draw();
  }

  /** Keeps this share of the lines, the best by the last axis. */
  keepBest(share) {
    this.best = share;
    this.mark();
  }

  draw() {
    if (!this.view) return this.node.replaceChildren();
    const width = Math.max(this.node.clientWidth - 2, LEAST * this.axes.length);
    if (!width) return;
    this.step = width / this.axes.length;
    const svg = drawing("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true", style: "display: block; touch-action: pan-x pan-y" });
    this.lines = this.drawLines();
    svg.append(...this.order.map((place) => this.lines[place]), ...this.axes.map((axis, place) => this.drawAxis(axis, place)));
    this.node.replaceChildren(svg);
    this.mark();
  }

  x(place) {
    return this.step * (place + 0.5);
  }

  drawLines() {
    const c = colours();
    const merit = merits(this.axes.at(-1));
    this.order = [...merit.keys()].sort((a, b) => merit[a] - merit[b]);
    this.rank = new Map(this.order.map((place, rank) => [place, (rank + 1) / this.order.length]));
    return this.view.numbers.map((number, place) => {
      const share = this.rank.get(place);
      const colour = `color-mix(in oklab, ${c["plot-high"]} ${Math.round(100 * share ** 2)}%, ${c["plot-low"]})`;
      const line = drawing("path", { d: this.path(place), fill: "none", stroke: colour, "stroke-width": share > 0.9 ? 2 : 1.1, style: "cursor: pointer" });
      line.append(drawing("title", {}, this.told(number, place)));
      line.addEventListener("click", () => this.onLine(number));
      line.addEventListener("pointerenter", () => this.light(line, c));
      line.addEventListener("pointerleave", () => this.unlight(line, colour, share));
      return line;
    });
  }

  light(line, c) {
    line.setAttribute("stroke", c["plot-2"]);
    line.setAttribute("stroke-width", 3);
  }

  unlight(line, colour, share) {
    line.setAttribute("stroke", colour);
    line.setAttribute("stroke-width", share > 0.9 ? 2 : 1.1);
  }

  /** A line with gaps where a choice was not asked. Equal options of several trials lie beside one another. */
  path(place) {
    let pen = "M";
    let text = "";
    this.axes.forEach((axis, index) => {
      const at = axis.at[place];
      if (at === null) return (pen = "M");
      const shift = axis.labels ? (((this.view.numbers[place] * 0.618034) % 1) - 0.5) * 0.5 * axis.room : 0;
      text += `${pen}${this.x(index).toFixed(1)} ${y(at + shift).toFixed(1)}`;
      pen = "L";
      return undefined;
    });
    return text;
  }

  told(number, place) {
    return [`trial ${number}`, ...this.axes.map((axis) => `${axis.name}: ${axis.say(place)}`)].join("\n");
  }

  drawAxis(axis, index) {
    const c = colours();
    const x = this.x(index);
    const text = (attributes, words) => drawing("text", { x, "font-size": 10.5, fill: c.muted, ...attributes }, words);
    const group = drawing("g", {}, drawing("line", { x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM, stroke: c.edge }));
    const halo = { "paint-order": "stroke", stroke: c.surface, "stroke-width": 3 };
    nameLines(axis.name).forEach((line, row) => group.append(text({ y: 14 + 13 * row, "text-anchor": "middle", fill: c.text, "font-weight": 600 }, line)));
    axis.ticks.forEach(([at, words]) => group.append(text({ x: x + 5, y: y(at) + 4, ...halo }, words)));
    const brush = drawing("rect", { x: x - 7, width: 14, y: 0, height: 0, fill: c.accent, opacity: 0.25, rx: 3 });
    const handle = drawing("rect", { x: x - 14, width: 28, y: TOP - 6, height: HEIGHT - TOP - BOTTOM + 12, fill: "transparent", style: "cursor: ns-resize; touch-action: none" });
    this.brush(handle, brush, index);
    group.append(brush, handle);
    return group;
  }

  /** Dragging along an axis keeps the lines that pass there. */
  brush(handle, shape, index) {
    let from = null;
    const at = (event) => Math.min(1, Math.max(0, inverse(event.clientY - this.node.getBoundingClientRect().top)));
    const set = (range) => {
      if (range) this.kept.set(index, range);
      else this.kept.delete(index);
      shape.setAttribute("y", range ? y(range[1]) : 0);
      shape.setAttribute("height", range ? y(range[0]) - y(range[1]) : 0);
      this.mark();
    };
    handle.addEventListener("pointerdown", (event) => {
      from = at(event);
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (from !== null && Math.abs(at(event) - from) > 0.015) set([Math.min(from, at(event)), Math.max(from, at(event))]);
    });
    handle.addEventListener("pointerup", () => (from = null));
    handle.addEventListener("dblclick", () => set(null));
    if (this.kept.has(index)) set(this.kept.get(index));
  }

  mark() {
    this.lines?.forEach((line, place) => {
      const kept = [...this.kept].every(([index, [low, high]]) => {
        const at = this.axes[index]?.at[place];
        return at !== null && at !== undefined && at >= low - 0.02 && at <= high + 0.02;
      });
      const shown = kept && this.rank.get(place) > 1 - this.best;
      line.style.opacity = shown ? 0.8 : 0.05;
      line.style.pointerEvents = shown ? "stroke" : "none";
    });
  }
}

const y = (at) => HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM);
const inverse = (pixel) => (HEIGHT - BOTTOM - pixel) / (HEIGHT - TOP - BOTTOM);

function choiceAxis({ name, labels, options }) {
  const used = [...new Set(options.filter((option) => option !== null))].sort((a, b) => a - b);
  const room = 1 / used.length;
  const place = new Map(used.map((option, index) => [option, (index + 0.5) * room]));
  const told = used.length <= LABELS ? used : [used[0], used.at(-1)];
  return {
    name, labels, room, at: options.map((option) => (option === null ? null : place.get(option))),
    ticks: told.map((option) => [place.get(option), labels[option]]), say: (index) => (options[index] === null ? "not asked" : labels[options[index]]),
  };
}

function metricAxis({ name, goal, values }) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const at = values.map((value) => (value === null ? null : high === low ? 0.5 : (value - low) / (high - low)));
  const ticks = high === low ? [[0.5, spelled(name, low)]] : [0, 0.5, 1].map((share) => [share, spelled(name, low + share * (high - low))]);
  return { name, goal, at, ticks, say: (index) => spelled(name, values[index]) };
}

/** How good each line is: its place on the axis, turned round where smaller is better. */
function merits(axis) {
  return axis.at.map((at) => (at === null ? -1 : axis.goal === "minimize" ? 1 - at : at));
}

/** A dotted name on up to two lines. */
function nameLines(name) {
  if (name.length <= 13) return ["", name];
  const cut = name.lastIndexOf(".", Math.max(name.length - 2, 0));
  const parts = cut > 0 ? [name.slice(0, cut), name.slice(cut)] : [name];
  return parts.map((part) => (part.length > 15 ? `…${part.slice(-14)}` : part));
}
