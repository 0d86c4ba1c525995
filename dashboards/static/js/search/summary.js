// The head of a search: what it is called, how it stands, how far it is, and what can be done about it.

import { controls, standing } from "../control.js";
import { byId, chip, element, link } from "../dom.js";
import { between, duration, metric, moment, NONE, whole } from "../format.js";
import { ended, total, trialsBar, trialsLegend } from "../statuses.js";

/** Shows the search; `again` is called after something was asked of it, which only who `may` is offered. */
export function showSummary(search, again, may) {
  document.title = `${search.name} · SpineSearch`;
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" }, link("/", "Searches"), "/", element("span", { class: "mono" }, search.id));
  const heading = element("div", { class: "heading" }, element("h1", {}, search.name), chip(search.status, standing(search)), actions(search, again, may));
  const reason = search.reason ? element("p", { class: "muted" }, search.reason) : null;
  replaceKeepingFocus(byId("head"), [crumbs, heading, reason]);
  showTiles(search);
  byId("document").textContent = JSON.stringify(search.document, null, 2);
}

/** Shows the counts alone: what changes all the time. */
export function showTiles(search) {
  const done = ended(search.trials);
  const budget = Math.max(search.budget || 0, total(search.trials));
  const seconds = between(search.started_at, search.finished_at);
  byId("tiles").replaceChildren(
    tile("Trials ended", [whole(done), element("small", {}, ` of ${whole(budget)}`)], [trialsBar(search.trials, budget), trialsLegend(search.trials)], true),
    tile(search.best ? `Best ${search.best.metric}` : "Best", best(search)),
    tile("Running now", whole(search.trials.running || 0)),
    tile("Ran for", duration(seconds), left(search, seconds, done, budget)),
    tile("Drawn in vain", [whole(search.infeasible), element("small", {}, " infeasible")]),
    tile("Created", element("time", { datetime: search.created_at, class: "small" }, moment(search.created_at))),
  );
}

function tile(name, value, below = null, broad = false) {
  return element("div", { class: broad ? "broad" : null }, element("dt", {}, name), element("dd", {}, value), below && element("dd", { class: "below" }, below));
}

function best(search) {
  if (!search.best) return NONE;
  const number = link(`/searches/${search.id}/trials/${search.best.number}`, `trial ${search.best.number}`);
  return [metric(search.best.metric, search.best.value), element("small", {}, " ", number)];
}

/** When it will have ended, if trials end as fast as so far. */
function left(search, seconds, done, budget) {
  if (search.status !== "running" || done < 3 || done >= budget) return null;
  return element("div", { class: "muted small" }, `about ${duration((seconds / done) * (budget - done))} left`);
}

function actions(search, again, may) {
  const leaderboard = element("a", { class: "button", href: `/searches/${search.id}/leaderboard`, id: "to-leaderboard" }, "Leaderboard");
  const done = (changed) => (changed ? again() : location.assign("/"));
  return element("div", { class: "actions" }, leaderboard, may ? controls(search, done) : null);
}

function replaceKeepingFocus(node, children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.id : null;
  node.replaceChildren(...children.filter(Boolean));
  if (focused) byId(focused)?.focus();
}
