// When trials ran: a bar each, in as many lanes as ran at a time, and what they used.

import { byId } from "../dom.js";
import { duration, number, whole } from "../format.js";
import { plot } from "../plots.js";
import { TRIAL_STATUSES } from "../statuses.js";

/** Draws the answer of `plots/timeline`; a click on a bar calls `onTrial`. */
export function drawTimeline(view, onTrial) {
  const gpus = view.gpus > 0;
  const unit = gpus ? "GPUs" : "CPU cores";
  const each = gpus ? view.gpus : view.cpus;
  const use = view.bars.length ? usage(view, each) : { x: [], y: [], mean: 0 };
  byId("timeline-note").textContent = view.bars.length
    ? `${whole(view.bars.length)} trials in ${view.lanes} lanes over ${duration(view.now_s < 1 ? 0 : end(view))}; on average ${number(use.mean, 3)} ${unit} in use.`
    : "";
  const build = (c) => ({ data: [...bars(view, c), line(view, use, unit, c)], layout: layout(view, unit, c) });
  const label = `Timeline of ${view.bars.length} trials in ${view.lanes} lanes, and the ${unit} they use.`;
  return plot(byId("timeline"), build, { label, onPoint: onTrial, empty: view.bars.length ? "" : "No trial has started yet." });
}

const end = (view) => Math.max(...view.bars.map((bar) => bar.end_s));

const moment = (view, seconds) => new Date(Date.parse(view.origin) + 1000 * seconds).toISOString();

/** What is in use at a time, as steps; the mean over the stretch that is shown. */
function usage(view, each) {
  const steps = view.bars.flatMap((bar) => [[bar.start_s, each], [bar.end_s, -each]]).sort((a, b) => a[0] - b[0]);
  const use = { x: [], y: [], mean: 0 };
  let now = 0;
  let area = 0;
  let last = 0;
  for (const [at, change] of steps) {
    area += now * (at - last);
    [last, now] = [at, Math.max(0, Number((now + change).toFixed(6)))];
    if (use.x.at(-1) === at) use.y[use.y.length - 1] = now; // one ends as the next one starts
    else use.x.push(at) && use.y.push(now);
  }
  return { ...use, mean: last ? area / last : 0 };
}

function bars(view, c) {
  return TRIAL_STATUSES.map((status) => [status, view.bars.filter((bar) => bar.status === status)])
    .filter(([, some]) => some.length)
    .map(([status, some]) => ({
      type: "bar", orientation: "h", name: status, y: some.map((bar) => bar.lane + 1), base: some.map((bar) => moment(view, bar.start_s)),
      x: some.map((bar) => 1000 * Math.max(0.3, bar.end_s - bar.start_s)), width: 0.72, customdata: some.map((bar) => bar.number),
      marker: { color: c[`${status}-fill`], opacity: 0.9, line: { color: c.surface, width: 1 } },
      text: some.map((bar) => `trial ${bar.number}, ${duration(bar.end_s - bar.start_s)}`), textposition: "none", hovertemplate: "%{text}<extra>" + status + "</extra>",
    }));
}

function line(view, use, unit, c) {
  return {
    type: "scatter", mode: "lines", name: `${unit} in use`, x: use.x.map((seconds) => moment(view, seconds)), y: use.y, yaxis: "y2", fill: "tozeroy",
    line: { shape: "hv", width: 1.4, color: c["plot-4"] }, hovertemplate: `%{y:.3~f} ${unit}<extra>in use</extra>`,
  };
}

function layout(view, unit, c) {
  const lanes = view.lanes <= 12 ? { dtick: 1 } : { nticks: 8 };
  return {
    barmode: "overlay", xaxis: { type: "date", anchor: "y" },
    yaxis: { title: { text: "lane" }, range: [view.lanes + 0.6, 0.4], domain: [0, 0.66], ...lanes, gridcolor: "rgba(0,0,0,0)" },
    yaxis2: { title: { text: unit, font: { size: 12 } }, domain: [0.74, 1], rangemode: "tozero", gridcolor: c["plot-grid"], zerolinecolor: c["plot-grid"], automargin: true },
  };
}
