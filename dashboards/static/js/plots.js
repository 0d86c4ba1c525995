// Plotly in the colours of the page. Its script is loaded by the first plot, and no page without plots asks for it.

import { element } from "./dom.js";
import { onTheme } from "./page.js";

const CONFIG = { displaylogo: false, responsive: true, displayModeBar: false, scrollZoom: false };
const drawn = new Map();
let loading = null;

const script = () => document.querySelector('meta[name="plotly"]').content;

/** Has the script fetched, but not run yet: that takes a moment, in which a page could show something already. */
export function fetchPlotly() {
  if (script()) document.head.append(element("link", { rel: "preload", as: "script", href: script() }));
}

/** Plotly, once its script is there. */
export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    if (!script()) return reject(new Error("Plots need plotly on the service: pip install 'spinesearch[plots]'."));
    const loaded = () => resolve(window.Plotly);
    const failed = () => reject(new Error("The script of the plots cannot be loaded."));
    document.head.append(element("script", { src: script(), onload: loaded, onerror: failed }));
  });
  return loading;
}

/** The colours of the theme by the names of its properties: `text`, `plot-1`, `completed` ... */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${String(name)}`).trim() });
}

/**
 * Draws into `node`. `build(colours)` returns `{ data, layout }` and is called again when the theme changes.
 *
 * `label` says in a sentence what is seen, for those who do not see it; `onPoint(customdata)` is called for a click;
 * `empty`: what stands there instead when there is nothing to draw.
 */
export async function plot(node, build, { label = "", onPoint = null, empty = "" } = {}) {
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", label || empty);
  if (empty) {
    if (drawn.delete(node)) (await plotly()).purge(node);
    node.dataset.empty = empty;
    return;
  }
  delete node.dataset.empty;
  const first = !drawn.has(node);
  drawn.set(node, build);
  await redraw(node);
  if (first && onPoint) {
    node.on("plotly_click", (event) => {
      const known = event.points.find((point) => point.customdata !== undefined);
      if (known) onPoint(known.customdata);
    });
  }
}

async function redraw(node) {
  const engine = await plotly();
  const build = drawn.get(node);
  if (!build) return;
  const c = colours();
  const { data, layout } = build(c);
  await engine.react(node, data, merged(base(c), layout), CONFIG);
}

/** The layout all plots share. */
function base(c) {
  const axis = {
    gridcolor: c["plot-grid"], linecolor: c.line, zerolinecolor: c["plot-grid"], tickcolor: c.line, automargin: true,
    title: { font: { size: 12 }, standoff: 8 },
  };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: fontOfPage(), size: 12, color: c.muted },
    margin: { l: 48, r: 12, t: 8, b: 40 }, xaxis: axis, yaxis: axis, hovermode: "closest", dragmode: "zoom",
    hoverlabel: { bgcolor: c.surface, bordercolor: c.edge, font: { color: c.text, family: fontOfPage(), size: 12 }, align: "left" },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 12 }, itemclick: "toggle" },
    showlegend: true,
  };
}

function fontOfPage() {
  return getComputedStyle(document.body).fontFamily;
}

/** `over` laid over `under`, objects within objects. */
function merged(under, over = {}) {
  const result = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const both = isPlain(value) && isPlain(under[name]);
    result[name] = both ? merged(under[name], value) : value;
  }
  return result;
}

const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * Loads when `node` comes near the screen, and again at `refresh()`: at once if it is on the screen, else when it comes.
 * A page of many plots so asks only for what is looked at.
 */
export class WhenSeen {
  constructor(node, load) {
    Object.assign(this, { load, near: false, stale: true });
    new IntersectionObserver(([entry]) => this.moved(entry.isIntersecting), { rootMargin: "300px" }).observe(node);
  }

  moved(near) {
    this.near = near;
    if (near && this.stale) this.refresh();
  }

  refresh() {
    this.stale = !this.near;
    if (this.near) this.load();
  }
}

onTheme(() => drawn.forEach((_, node) => redraw(node)));
