// The columns of a leaderboard: what every trial has, and a column per metric.

import { chip, element, link } from "../dom.js";
import { ago, duration, metric as spelled, moment, NONE, whole } from "../format.js";

const COSTS = ["params", "macs"];
const PLAIN = [
  { id: "fidelity", label: "epochs", number: true, render: (trial) => (trial.fidelity === null ? NONE : whole(trial.fidelity)) },
  { id: "elapsed_s", label: "trained", number: true, later: true, render: (trial) => duration(trial.elapsed_s) },
  { id: "attempt", label: "attempts", number: true, render: (trial) => whole(trial.attempt) },
  { id: "finished_at", label: "ended", render: (trial) => element("time", { datetime: trial.finished_at, title: moment(trial.finished_at) }, ago(trial.finished_at)) },
  { id: "architecture_id", label: "architecture", render: (trial) => element("span", { class: "mono small" }, trial.architecture_id) },
  { id: "note", label: "note", render: note },
];

/** The columns that may be chosen, by id: metrics first. */
export function choosable(metrics) {
  const measured = metrics.map(({ name, goal, objective }) => ({
    id: name, label: name, number: true, sort: true, title: `${goal === "maximize" ? "larger" : "smaller"} is better${objective ? "; an objective" : ""}`, render: (trial) => value(trial, name),
  }));
  return new Map([...measured, ...PLAIN].map((column) => [column.id, column]));
}

/** What is shown before anything was chosen: objectives, costs, epochs, time, notes. */
export function usual(metrics) {
  const names = new Set(metrics.map(({ name }) => name));
  const objectives = metrics.filter(({ objective }) => objective).map(({ name }) => name);
  return [...new Set([...objectives, ...COSTS.filter((name) => names.has(name)), "fidelity", "elapsed_s", "note"])];
}

/** The columns every leaderboard begins with; `chosen` holds the numbers of trials to compare. */
export function leading(search, rankOf, chosen, onChosen) {
  const box = ({ number }) =>
    element("input", { type: "checkbox", "aria-label": `Compare trial ${number}`, checked: chosen.has(number), onchange: (event) => onChosen(number, event.target.checked) });
  return [
    { id: "chosen", label: element("span", { class: "seen-by-readers" }, "Compare"), render: box },
    { id: "rank", label: "#", number: true, render: (trial) => element("span", { class: "muted" }, whole(rankOf(trial))) },
    { id: "number", label: "trial", head: true, sort: true, render: ({ number }) => link(`/searches/${search}/trials/${number}`, `trial ${number}`) },
    { id: "status", label: "status", later: true, render: (trial) => chip(trial.status) },
  ];
}

/** The value; where the candidate was trained again, the mean over these trainings below it. */
function value(trial, name) {
  const mean = trial.repeats?.[name];
  if (!mean) return spelled(name, trial.metrics[name]);
  const spread = mean.low === null ? "" : ` ± ${spelled(name, (mean.high - mean.low) / 2)}`;
  const told = `mean of ${mean.seeds} more trainings, with its 95 % interval`;
  return [spelled(name, trial.metrics[name]), element("div", { class: "muted small", title: told }, `${spelled(name, mean.mean)}${spread}`)];
}

function note(trial) {
  if (trial.failure) return element("span", { class: "small", title: trial.failure.message }, trial.failure.kind.replaceAll("_", " "));
  if (trial.broken) return element("span", { class: "small" }, trial.broken);
  if (!trial.companion) return "";
  const { candidate, control, repeat } = trial.companion;
  return element("span", { class: "small" }, control ? `control ${control} of ${candidate}, seed ${repeat}` : `trial ${candidate} again, seed ${repeat}`);
}
