// Two metrics against each other, and the front: what nothing beats in both.

import { byId } from "../dom.js";
import { whole } from "../format.js";
import { plot } from "../plots.js";
import { offerMetrics } from "./curves.js";

const WAY = { maximize: "larger", minimize: "smaller" };

/** Draws the answer of `plots/pareto`; a click on a trial calls `onTrial`. */
export function drawPareto(view, onTrial) {
  offerMetrics(byId("pareto-x"), view.metrics, view.x.metric);
  offerMetrics(byId("pareto-y"), view.metrics, view.y.metric);
  const sample = view.step > 1 ? ` One of ${view.step} trials is drawn.` : "";
  const count = `${whole(view.front_size)} ${view.front_size === 1 ? "trial" : "trials"} on the front`;
  byId("pareto-note").textContent = `${WAY[view.y.goal]} ${view.y.metric}, ${WAY[view.x.goal]} ${view.x.metric}: ${count}.${sample}`.replace(/^./, (letter) => letter.toUpperCase());
  const build = (c) => ({
    data: [
      cloud("completed", view.feasible, view, { color: c["plot-1"], opacity: 0.45, size: view.feasible.x.length > 400 ? 4.5 : 6.5 }),
      cloud("infeasible", view.infeasible, view, { color: c["plot-quiet"], symbol: "x-thin-open", size: 6 }),
      { ...cloud("front", view.front, view, { color: c["plot-2"], size: 8 }), mode: view.front.x.length > 150 ? "lines" : "lines+markers", line: { shape: steps(view), color: c["plot-2"], width: 1.8 } },
    ].filter((trace) => trace.x.length),
    layout: { xaxis: { title: { text: view.x.metric }, tickformat: "~s" }, yaxis: { title: { text: view.y.metric } } },
  });
  const label = `${view.y.metric} against ${view.x.metric} of completed trials; ${count}.`;
  return plot(byId("pareto"), build, { label, onPoint: onTrial, empty: view.front_size ? "" : "No completed trial has both metrics yet." });
}

/** The corner of the step between two points of the front lies where both would be beaten. */
function steps(view) {
  return view.x.goal === "minimize" ? "hv" : "vh";
}

function cloud(name, points, view, marker) {
  return {
    type: "scatter", mode: "markers", name, x: points.x, y: points.y, customdata: points.number, marker: { line: { width: 1.2, color: marker.color }, ...marker },
    hovertemplate: `trial %{customdata}<br>${view.x.metric} %{x:.5~s}<br>${view.y.metric} %{y:.5g}<extra>${name}</extra>`,
  };
}
