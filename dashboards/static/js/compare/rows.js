// Choices and metrics of trials side by side: a row each, a column per trial.

import { byId, element } from "../dom.js";
import { metric as spelled, NONE, whole } from "../format.js";

const tables = { choices: "What was chosen for each trial", metrics: "Metrics of each trial" };

/** Fills the table of metrics. */
export function showMetrics(numbers, metrics) {
  const rows = metrics.map((row) => {
    const name = [row.name, row.objective ? element("span", { class: "muted small" }, " objective") : null];
    return element("tr", {}, element("th", { scope: "row" }, name), row.values.map((value, place) => element("td", { class: "number" }, measured(row, value, place))));
  });
  fill("metrics", "metric", numbers, rows, "number");
}

function measured(row, value, place) {
  const best = row.best.includes(place);
  const shown = element("span", { class: best ? "best" : null, title: value === null ? null : String(value) }, spelled(row.name, value), best ? element("span", { class: "seen-by-readers" }, " the best") : null);
  const difference = row.differences[place];
  if (place === 0 || difference === null || difference === 0) return shown;
  const sign = difference > 0 ? "+" : "−";
  return [shown, element("div", { class: "muted small" }, `${sign}${spelled(row.name, Math.abs(difference))}`)];
}

/** Fills the table of choices: all, or only those that differ. */
export function showChoices(numbers, choices) {
  const differing = choices.filter(({ differs }) => differs);
  byId("choices-note").textContent = choices.length ? `${whole(differing.length)} of ${whole(choices.length)} choices differ.` : "Nothing was chosen for them.";
  const shown = byId("only-differing").checked ? differing : choices;
  const rows = shown.map(({ name, values, differs }) => {
    const head = element("th", { scope: "row", class: "mono" }, name, differs ? element("span", { class: "seen-by-readers" }, " differs") : null);
    return element("tr", { class: differs ? "differs" : null }, head, values.map((value) => element("td", {}, value ?? NONE)));
  });
  fill("choices", "choice", numbers, rows);
}

function fill(id, first, numbers, rows, kind = null) {
  const head = element("tr", {}, element("th", { scope: "col" }, first), numbers.map((number) => element("th", { scope: "col", class: kind }, `trial ${number}`)));
  const nothing = element("tr", {}, element("td", { class: "empty", colspan: numbers.length + 1 }, "None."));
  byId(id).replaceChildren(element("caption", { class: "seen-by-readers" }, tables[id]), element("thead", {}, head), element("tbody", {}, rows.length ? rows : nothing));
}
