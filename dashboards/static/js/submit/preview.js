// What a search will be like, before it is submitted.

import { byId, element } from "../dom.js";
import { duration, metric, number, percent, whole } from "../format.js";

/** Shows the preview; null takes it away. */
export function showPreview(view, resources) {
  byId("preview").replaceChildren(...(view ? [notes(view), list(view, resources), spreads(view), candidates(view)].filter(Boolean) : []));
}

function list(view, resources) {
  const rows = [
    ["Space", `${large(view.architectures)} architectures`],
    ["Drawn", drawn(view)],
    ["Trials", trials(view)],
    ["Work", work(view)],
    ["Time", time(view, resources)],
    ["Quota", quota(view.quota)],
  ];
  return element("dl", { class: "facts" }, rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

/** A number of any length that came as a text. */
function large(digits) {
  return digits.length <= 12 ? whole(Number(digits)) : `${digits[0]}.${digits.slice(1, 3)} × 10^${digits.length - 1}`;
}

function drawn(view) {
  if (!view.drawn) return "none, for their cost is not known";
  const told = `${whole(view.drawn)} candidates, ${percent(view.infeasible / view.drawn)} infeasible`;
  return view.broken ? `${told}, one because ${view.broken}` : told;
}

function trials({ trials: counts, epochs }) {
  const controls = Object.entries(counts.controls).map(([name, count]) => `${whole(count)} of the control ${name}`);
  const parts = [`${whole(counts.candidates)} candidates`, counts.repeats ? `${whole(counts.repeats)} of the best again` : null, ...controls].filter(Boolean);
  return `${whole(counts.total)} of up to ${whole(epochs)} epochs: ${parts.join(", ")}`;
}

function work(view) {
  if (view.total_macs === null) return view.pictures === null ? "the pictures are not counted here" : "not known";
  return `${number(view.total_macs)} multiply-adds in forward passes over ${whole(view.pictures)} pictures an epoch`;
}

function time({ time: known, quota: { project } = {} }, resources) {
  if (!known) return `not known: no earlier trial of project ${project} has this task`;
  const { low, middle, high } = known.trial_s;
  const hours = [`${number(known.cpu_hours, 3)} CPU hours`, known.gpu_hours ? `${number(known.gpu_hours, 3)} GPU hours` : null].filter(Boolean);
  const each = low === high ? duration(middle) : `${duration(middle)} (${duration(low)} to ${duration(high)})`;
  return `about ${each} a trial, ${hours.join(", ")}; done in ${duration(known.wall_s)} with ${whole(resources?.concurrent || 1)} at a time. By ${whole(known.trials)} trials of ${whole(known.searches)} earlier searches`;
}

function quota(known) {
  if (!known) return "not known";
  const limits = [
    known.max_searches === null ? null : `${whole(known.unfinished)} of ${whole(known.max_searches)} searches`,
    known.max_concurrent === null ? null : `${whole(known.running)} of ${whole(known.max_concurrent)} running trials`,
    known.gpu_hours_left === null ? null : `${number(known.gpu_hours_left, 3)} GPU hours left`,
  ].filter(Boolean);
  return limits.length ? `project ${known.project}: ${limits.join(", ")}` : `project ${known.project} has no limits`;
}

function notes(view) {
  return view.notes.length ? element("ul", { class: "notes" }, view.notes.map((note) => element("li", {}, note))) : null;
}

function spreads(view) {
  const rows = Object.entries(view.metrics).map(([name, { low, middle, high }]) => [name, ...[low, middle, high].map((value) => metric(name, value))]);
  return rows.length ? table("Costs of the candidates drawn", ["metric", "least", "median", "greatest"], rows) : null;
}

function candidates(view) {
  if (!view.candidates.length) return null;
  const names = ["params", "macs"].filter((name) => name in view.candidates[0].metrics);
  const rows = view.candidates.map((each) => [element("code", {}, each.architecture_id.slice(0, 8)), ...names.map((name) => metric(name, each.metrics[name]))]);
  return element("details", {}, element("summary", {}, "Some of them"), table("Candidates drawn", ["architecture", ...names], rows));
}

function table(caption, heads, rows) {
  const head = element("tr", {}, heads.map((name, index) => element("th", { scope: "col", class: index ? "number" : null }, name)));
  const body = rows.map(([first, ...rest]) => element("tr", {}, element("th", { scope: "row" }, first), rest.map((value) => element("td", { class: "number" }, value))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, element("table", { class: "dense" }, element("caption", { class: "seen-by-readers" }, caption), element("thead", {}, head), element("tbody", {}, body)));
}
