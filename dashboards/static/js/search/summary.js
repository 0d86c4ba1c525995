// The head of a search: what it is called, how it stands, how far it is, and what can be done about it.

import { byId, chip, element, link } from "../dom.js";
import { between, duration, metric, moment, NONE, whole } from "../format.js";
import { attempt, confirmed } from "../page.js";
import { post } from "../rest.js";
import { ended, total, trialsBar, trialsLegend } from "../statuses.js";

const OPEN = ["queued", "running", "paused"];

/** Shows the search; `again` is called after something was asked of it. */
export function showSummary(search, again) {
  document.title = `${search.name} · SpineSearch`;
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" }, link("/", "Searches"), "/", element("span", { class: "mono" }, search.id));
  const status = search.cancel_requested && OPEN.includes(search.status) ? "cancelling" : search.status;
  const heading = element("div", { class: "heading" }, element("h1", {}, search.name), chip(search.status, status), actions(search, again));
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

function actions(search, again) {
  const leaderboard = element("a", { class: "button", href: `/searches/${search.id}/leaderboard`, id: "to-leaderboard" }, "Leaderboard");
  const cancel = element("button", { type: "button", class: "danger", id: "cancel", onclick: () => cancelled(search, again) }, "Cancel");
  const open = OPEN.includes(search.status) && !search.cancel_requested;
  return element("div", { class: "actions" }, leaderboard, open ? cancel : null);
}

async function cancelled(search, again) {
  const text = "Trials that run are stopped; those that have ended stay.";
  if (!(await confirmed({ title: `Cancel ${search.name}?`, text, yes: "Cancel the search", danger: true }))) return;
  await attempt(() => post(`/searches/${search.id}/cancel`));
  again();
}

function replaceKeepingFocus(node, children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.id : null;
  node.replaceChildren(...children.filter(Boolean));
  if (focused) byId(focused)?.focus();
}
