// The learning curves of a trial: a small plot for each metric, those one wants, and the same as a table.

import { byId, element } from "../dom.js";
import { metric as spelled, whole } from "../format.js";
import { query } from "../page.js";
import { plot } from "../plots.js";

const shown = new Map(); // by metric: the figure with its plot

/** Draws the answer of `curves`; `onChosen` is called when other metrics are asked for. */
export function drawCurves(view, onChosen) {
  const kept = view.curves.filter((curve) => curve.fidelity.length);
  byId("curves-note").textContent = kept.length
    ? `${whole(kept.length)} of ${whole(view.names.length)} metrics over the epochs received.`
    : "Nothing has been measured yet.";
  for (const curve of kept) figureOf(curve.metric).curve = curve;
  byId("curves").replaceChildren(...kept.map((curve) => figureOf(curve.metric).node));
  kept.forEach(draw);
  offer(view, kept, onChosen);
  byId("measurements").replaceChildren(...tableOf(kept));
}

function figureOf(name) {
  if (!shown.has(name)) {
    const place = element("div", { class: "plot" });
    shown.set(name, { place, node: element("div", {}, element("h3", {}, name), place) });
  }
  return shown.get(name);
}

function draw(curve) {
  const build = (c) => ({
    data: [{
      type: "scatter", mode: "lines+markers", x: curve.fidelity, y: curve.value, name: curve.metric, showlegend: false,
      line: { color: c["plot-1"], width: 1.8 }, marker: { size: 4.5, color: c["plot-1"] }, hovertemplate: "%{x} epochs: %{y:.5g}<extra></extra>",
    }],
    layout: { margin: { l: 44, r: 8, t: 6, b: 34 }, xaxis: { title: { text: "epochs" }, rangemode: "tozero", nticks: 6 }, yaxis: { nticks: 5 } },
  });
  const last = spelled(curve.metric, curve.value.at(-1));
  return plot(figureOf(curve.metric).place, build, { label: `${curve.metric} over ${curve.fidelity.at(-1)} epochs; at last ${last}.` });
}

function offer(view, kept, onChosen) {
  const now = kept.map((curve) => curve.metric);
  const toggle = (name, wanted) => {
    query.set({ curve: wanted ? [...now, name] : now.filter((each) => each !== name) }, { replace: true });
    onChosen();
  };
  const box = (name) => element("input", { type: "checkbox", value: name, checked: now.includes(name), onchange: (event) => toggle(name, event.target.checked) });
  const list = byId("curve-metrics").querySelector("div");
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.replaceChildren(...view.names.map((name) => element("label", {}, box(name), name)));
  if (focused) list.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

function tableOf(curves) {
  const epochs = [...new Set(curves.flatMap((curve) => curve.fidelity))].sort((one, other) => one - other);
  const values = curves.map((curve) => new Map(curve.fidelity.map((epoch, place) => [epoch, curve.value[place]])));
  const head = element("thead", {}, element("tr", {}, ["epochs", ...curves.map((curve) => curve.metric)].map((name) => element("th", { scope: "col", class: "number" }, name))));
  const rows = epochs.map((epoch) => element("tr", {}, element("th", { scope: "row", class: "number" }, whole(epoch)), values.map((of, place) => element("td", { class: "number" }, spelled(curves[place].metric, of.get(epoch))))));
  return [element("caption", { class: "seen-by-readers" }, "Measurements by epoch"), head, element("tbody", {}, rows)];
}
