// What is told of a trial in tables: metrics, choices, companions, files, how it came about.

import { byId, chip, element, link } from "../dom.js";
import { metric as spelled, whole } from "../format.js";
import { DataTable } from "../table.js";

const tables = {};
const UNITS = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];

/** Fills all of them; `metrics` are those of the search, with the way each is better. */
export function showTables(search, trial, metrics) {
  showMetrics(trial, metrics);
  showChoices(trial);
  showBeside(search, trial);
  showArtifacts(search, trial);
  showHistory(trial);
}

function tableOf(id, options) {
  tables[id] ??= new DataTable(byId(id), options);
  return tables[id];
}

function showMetrics(trial, metrics) {
  const known = new Map(metrics.map((each) => [each.name, each]));
  const names = Object.keys(trial.metrics).sort((one, other) => order(one, known) - order(other, known) || one.localeCompare(other));
  const rows = names.map((name) => ({ name, value: trial.metrics[name], goal: known.get(name)?.goal, objective: known.get(name)?.objective, before: name in trial.static_metrics }));
  tableOf("metrics", {
    caption: "Metrics of the trial",
    key: (row) => row.name,
    empty: "Nothing is known yet.",
    columns: [
      { id: "name", label: "metric", head: true, render: (row) => [row.name, row.objective ? element("span", { class: "muted small" }, " objective") : null] },
      { id: "value", label: "value", number: true, render: (row) => element("span", { title: String(row.value) }, spelled(row.name, row.value)) },
      { id: "goal", label: "better", later: true, render: (row) => element("span", { class: "muted small" }, row.before ? "known before" : { maximize: "larger", minimize: "smaller" }[row.goal] || "") },
    ],
  }).show(rows);
}

/** Objectives first, then plain names, then those of single classes. */
const order = (name, known) => (known.get(name)?.objective ? 0 : name.includes("/") ? 2 : 1);

function showChoices(trial) {
  const control = trial.companion?.control;
  byId("choices-note").textContent = control ? "A control is not drawn from the space." : `${whole(trial.choices.length)} choices made it.`;
  tableOf("choices", {
    caption: "What was chosen for the trial",
    key: (row) => row.name,
    empty: "Nothing was chosen.",
    columns: [
      { id: "name", label: "choice", head: true, render: (row) => element("span", { class: "mono" }, row.name) },
      { id: "value", label: "taken", render: (row) => row.value },
      { id: "options", label: "of", number: true, later: true, render: (row) => (row.options ? whole(row.options) : "") },
    ],
  }).show(trial.choices);
}

function showBeside(search, trial) {
  const objective = search.document.objectives?.[0]?.metric || "";
  const rows = trial.beside.filter((row) => row.number !== trial.number);
  byId("beside-note").textContent = rows.length ? `${whole(rows.length)} more trainings of the candidate and its controls.` : "";
  tableOf("beside", {
    caption: "More trainings of the candidate and its controls",
    key: (row) => row.number,
    empty: "The best candidates are trained again once all have ended, where the search asks for that.",
    columns: [
      { id: "number", label: "trial", head: true, render: (row) => link(`/searches/${search.id}/trials/${row.number}`, `trial ${row.number}`) },
      { id: "what", label: "what", render: (row) => row.companion.control || "again" },
      { id: "repeat", label: "seed", number: true, render: (row) => element("span", { title: String(row.seed) }, whole(row.companion.repeat)) },
      { id: "status", label: "status", render: (row) => chip(row.status) },
      { id: "value", label: objective, number: true, render: (row) => spelled(objective, row.value) },
    ],
  }).show(rows);
}

function showArtifacts(search, trial) {
  tableOf("artifacts", {
    caption: "Files that the trial left",
    key: (row) => row.name,
    empty: "It has left no file yet.",
    columns: [
      { id: "name", label: "file", head: true, render: (row) => row.name },
      { id: "size", label: "size", number: true, render: (row) => bytes(row.size_bytes) },
      { id: "sha256", label: "SHA-256", render: (row) => element("span", { class: "mono small", title: row.sha256 }, row.sha256.slice(0, 16)) },
      { id: "uri", label: "where", later: true, render: (row) => element("span", { class: "mono small" }, row.uri) },
    ],
  }).show(trial.artifacts);
}

function bytes(size) {
  const [unit, word] = UNITS.find(([least]) => size >= least) || [1, "bytes"];
  return `${unit === 1 ? size : (size / unit).toFixed(1)} ${word}`;
}

function showHistory(trial) {
  const drawn = Object.entries(trial.redraws).map(([reason, count]) => `${whole(count)} draws before it were thrown away: ${reason}.`);
  const promoted = trial.promotions.map(({ fidelity, after }) => `Taken up again after ${whole(fidelity)} epochs, when it had been ${after}.`);
  byId("history").replaceChildren(...[...drawn, ...promoted].map((text) => element("li", {}, text)));
}
