// Architectures below each other in one layout, with what differs told and emphasised.

import { drawnArchitecture } from "../architecture.js";
import { byId, element, link } from "../dom.js";
import { whole } from "../format.js";

const TOLD = 6; // differences that are told at once; more of them are behind a line that opens

/** Draws the architectures of the trials that are compared. */
export function drawArchitectures(search, trials) {
  const rows = commonRows(trials);
  const alike = trials.slice(1).every(({ parts }) => parts.every(({ sentences }) => !sentences.length));
  byId("architectures-note").textContent = alike ? "They do not differ." : "What one has and the first has not is emphasised; in the first, what any other has otherwise.";
  byId("architectures").replaceChildren(...trials.map((compared, place) => section(search, compared, place ? trials[0].trial.number : null, rows)));
}

/** The rows of all drawings of a part: with the same ones, the same block stands at the same place in each. */
function commonRows(trials) {
  const found = {};
  for (const figure of trials.flatMap(({ drawing }) => drawing.figures)) {
    const known = (found[figure.role] ??= new Map());
    figure.rows.forEach((row) => known.set(row.number, known.get(row.number) || row));
  }
  return Object.fromEntries(Object.entries(found).map(([role, known]) => [role, [...known.values()].sort((one, other) => one.number - other.number)]));
}

function section(search, { trial, drawing, parts }, first, rows) {
  const title = `trial ${trial.number}`;
  const changes = Object.fromEntries(parts.map((part) => [part.role, part]));
  const heading = element("h3", {}, link(`/searches/${search.id}/trials/${trial.number}`, `Trial ${trial.number}`));
  return element("section", { "data-trial": trial.number, "aria-label": title }, heading, first === null ? null : told(parts, first), drawnArchitecture(drawing, { title, rows, changes }));
}

function told(parts, first) {
  const sentences = parts.flatMap(({ role, sentences: some }) => some.map((sentence) => (parts.length > 1 ? `${role}: ${sentence}` : sentence)));
  if (!sentences.length) return element("p", { class: "differences muted small" }, `The same architecture as trial ${first}.`);
  const items = sentences.map((sentence) => element("li", {}, sentence));
  const list = (some) => element("ul", { class: "small" }, some);
  const intro = `${whole(sentences.length)} ${sentences.length === 1 ? "difference" : "differences"} to trial ${first}`;
  if (items.length <= TOLD) return element("div", { class: "differences" }, element("p", { class: "small" }, `${intro}:`), list(items));
  return element("details", { class: "differences" }, element("summary", { class: "small" }, intro), list(items));
}
