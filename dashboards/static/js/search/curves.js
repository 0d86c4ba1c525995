// Learning curves: the best, those that run, those that were stopped early, a few of the rest.

import { byId, element } from "../dom.js";
import { whole } from "../format.js";
import { plot } from "../plots.js";

const GROUPS = [
  { name: "completed", of: (curve) => curve.status === "completed" && !curve.best, colour: "plot-quiet", width: 1, opacity: 0.6 },
  { name: "failed", of: (curve) => ["failed", "cancelled"].includes(curve.status), colour: "failed-fill", width: 1.2, opacity: 0.8, end: "x" },
  { name: "stopped early", of: (curve) => curve.status === "stopped", colour: "stopped-fill", width: 1.2, opacity: 0.8, end: "square" },
  { name: "running", of: (curve) => curve.status === "running", colour: "plot-3", width: 2, opacity: 1, dash: "dot" },
  { name: "best", of: (curve) => curve.best, colour: "plot-1", width: 1.7, opacity: 1 },
];

/** Draws the answer of `plots/curves`; a click on a curve calls `onTrial`. */
export function drawCurves(view, onTrial) {
  byId("curves-note").textContent = `${whole(view.curves.length)} of ${whole(view.trials)} trials: the best, the newest that run or were stopped, and an even sample.`;
  const groups = GROUPS.map((group) => ({ group, curves: view.curves.filter(group.of) })).filter(({ curves }) => curves.length);
  const build = (c) => ({
    data: groups.map(({ group, curves }) => trace(group, curves, view.metric, c)),
    layout: { xaxis: { title: { text: "epochs received" }, rangemode: "tozero" }, yaxis: { title: { text: view.metric } } },
  });
  const label = `Learning curves of ${view.curves.length} trials in ${view.metric}.`;
  return plot(byId("curves"), build, { label, onPoint: onTrial, empty: groups.length ? "" : `No trial has measured ${view.metric} over its epochs yet.` });
}

/** Fills the choice of metrics, keeping what is chosen. */
export function offerMetrics(select, metrics, chosen) {
  if (select.options.length === metrics.length) return;
  select.replaceChildren(...metrics.map((name) => element("option", { value: name, selected: name === chosen }, name)));
}

/** All curves of a group as one line with gaps; the end of each is marked where the group has a mark. */
function trace(group, curves, name, c) {
  const gaps = (of, gap) => curves.flatMap((curve) => [...of(curve), gap]);
  const sizes = gaps((curve) => curve.fidelity.map((_, place) => (group.end && place === curve.fidelity.length - 1 ? 7 : 0.01)), 0);
  return {
    type: "scatter", mode: "lines+markers", name: group.name, connectgaps: false, opacity: group.opacity,
    x: gaps((curve) => curve.fidelity, null), y: gaps((curve) => curve.value, null), customdata: gaps((curve) => curve.fidelity.map(() => curve.number), null),
    line: { color: c[group.colour], width: group.width, dash: group.dash }, marker: { color: c[group.colour], symbol: group.end || "circle", size: sizes, line: { width: 0 } },
    hovertemplate: `trial %{customdata}<br>%{x} epochs: ${name} %{y:.5g}<extra>${group.name}</extra>`,
  };
}
