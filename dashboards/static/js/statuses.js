// The statuses of searches and trials, in the order they come, and bars of trials by status.

import { element } from "./dom.js";
import { whole } from "./format.js";

export const SEARCH_STATUSES = document.querySelector('meta[name="statuses"]').content.split(" ");
export const TRIAL_STATUSES = ["completed", "stopped", "failed", "cancelled", "running", "queued"];
const ENDED = ["completed", "stopped", "failed", "cancelled"];

/** How many trials have ended. */
export const ended = (trials) => ENDED.reduce((sum, status) => sum + (trials[status] || 0), 0);

/** All trials handed out so far. */
export const total = (trials) => Object.values(trials).reduce((sum, count) => sum + count, 0);

/** A bar of trials by status, as wide as the budget. */
export function trialsBar(trials, budget) {
  const width = Math.max(budget || 0, total(trials), 1);
  const label = `${ended(trials)} of ${width} trials ended`;
  const parts = TRIAL_STATUSES.filter((status) => trials[status]).map((status) =>
    element("span", { "data-status": status, style: `width: ${(100 * trials[status]) / width}%` }),
  );
  return element("div", { class: "bar", role: "img", "aria-label": label }, parts);
}

/** What the colours of such a bar mean, with the counts. */
export function trialsLegend(trials) {
  const items = TRIAL_STATUSES.filter((status) => trials[status]);
  return element("ul", { class: "legend" }, items.map((status) => element("li", { "data-status": status }, `${whole(trials[status])} ${status}`)));
}
