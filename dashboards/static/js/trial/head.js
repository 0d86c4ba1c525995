// The head of a trial: which one it is, how it stands and why, what it cost.

import { byId, chip, element, link } from "../dom.js";
import { ago, duration, metric, moment, NONE, whole } from "../format.js";

/** Shows the trial; `actions` are buttons. */
export function showHead(search, trial, actions = []) {
  document.title = `Trial ${trial.number} of ${search.name} · SpineSearch`;
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" }, link("/", "Searches"), "/", link(`/searches/${search.id}`, search.name), "/", link(`/searches/${search.id}/leaderboard`, "Leaderboard"), "/", element("span", {}, `trial ${trial.number}`));
  const heading = element("div", { class: "heading" }, element("h1", {}, `Trial ${trial.number} of ${search.name}`), chip(trial.status), element("div", { class: "actions" }, actions));
  const focused = byId("head").contains(document.activeElement) ? document.activeElement.id : null;
  byId("head").replaceChildren(crumbs, heading, ...reasons(search, trial));
  if (focused) byId(focused)?.focus();
  showTiles(search, trial);
}

function reasons(search, trial) {
  const found = [];
  if (trial.failure) found.push(element("p", { class: "failure", id: "failure" }, `Failed, ${trial.failure.kind.replaceAll("_", " ")}: ${trial.failure.message}`));
  if (trial.broken) found.push(element("p", { class: "failure" }, `Infeasible: it breaks the constraint ${trial.broken}.`));
  if (trial.companion) found.push(element("p", { class: "muted" }, beside(search, trial.companion)));
  return found;
}

function beside(search, { candidate, control, repeat }) {
  const of = link(`/searches/${search.id}/trials/${candidate}`, `trial ${candidate}`);
  return control ? ["The control ", element("b", {}, control), " of ", of, `, with its seed ${repeat}.`] : [of, ` trained again, with its seed ${repeat}.`];
}

function showTiles(search, trial) {
  const objectives = (search.document.objectives || []).map((objective) => objective.metric);
  const epochs = search.document.task?.epochs;
  byId("tiles").replaceChildren(
    ...objectives.map((name) => tile(name, metric(name, trial.metrics[name]))),
    tile("Epochs", [trial.fidelity === null ? NONE : whole(trial.fidelity), epochs ? element("small", {}, ` of ${whole(epochs)}`) : null]),
    tile("Trained for", duration(trial.elapsed_s)),
    tile("Attempts", whole(trial.attempt)),
    tile("Started", time(trial.started_at)),
    tile("Ended", time(trial.finished_at)),
    tile("Seed", element("span", { class: "small" }, String(trial.seed))),
    tile("Architecture", element("span", { class: "small mono" }, trial.architecture_id)),
  );
}

const time = (at) => (at ? element("time", { class: "small", datetime: at, title: ago(at) }, moment(at)) : NONE);

const tile = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));
