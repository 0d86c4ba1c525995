// The first objective over trials, and the best so far.

import { byId } from "../dom.js";
import { metric, whole } from "../format.js";
import { plot } from "../plots.js";

const MARKS = { completed: ["circle", "plot-1", 0.6], stopped: ["circle-open", "stopped-fill", 0.9], infeasible: ["x-thin-open", "plot-quiet", 0.9] };

/** Draws the answer of `plots/progress`; a click on a trial calls `onTrial`. */
export function drawReward(view, onTrial) {
  const { metric: name, best } = view;
  byId("reward-note").textContent = note(view);
  const last = best.value.length ? metric(name, best.value.at(-1)) : null;
  const build = (c) => ({
    data: [...view.series.map((series) => points(series, name, c)), running(view, c)],
    layout: { xaxis: { title: { text: "trial" }, rangemode: "tozero" }, yaxis: { title: { text: name } } },
  });
  const label = `${name} over ${whole(view.trials)} trials; the best so far is ${last}.`;
  return plot(byId("reward"), build, { label, onPoint: onTrial, empty: view.series.length ? "" : "No trial has ended yet." });
}

function note(view) {
  const way = view.goal === "maximize" ? "Larger" : "Smaller";
  const sample = view.step > 1 ? ` One of ${view.step} trials is drawn; the line counts all ${whole(view.trials)}.` : "";
  return `${way} ${view.metric} is better.${sample}`;
}

function points(series, name, c) {
  const [symbol, colour, opacity] = MARKS[series.status];
  return {
    type: "scatter", mode: "markers", name: series.status, x: series.number, y: series.value, customdata: series.number,
    marker: { symbol, color: c[colour], opacity, size: series.number.length > 400 ? 4.5 : 6.5, line: { width: 1.4, color: c[colour] } },
    hovertemplate: `trial %{x}<br>${name} %{y:.5g}<extra>${series.status}</extra>`,
  };
}

function running({ best, trials, metric: name }, c) {
  const ends = best.value.length ? [trials - 1, best.value.at(-1)] : null;
  return {
    type: "scatter", mode: "lines", name: "best so far", x: ends ? [...best.number, ends[0]] : [], y: ends ? [...best.value, ends[1]] : [],
    line: { shape: "hv", width: 2.2, color: c["plot-2"] }, hovertemplate: `best by trial %{x}<br>${name} %{y:.5g}<extra></extra>`,
  };
}
