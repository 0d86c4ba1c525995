// Which choices matter, as shares, and trials as lines through those that matter most.

import { byId, element } from "../dom.js";
import { percent, whole } from "../format.js";
import { ParallelLines } from "../parallel.js";

const RANKED = 12;
let lines = null;

/** Draws the answer of `plots/choices`; a click on a line calls `onTrial`. */
export function drawChoices(view, onTrial) {
  const few = view.trials < 3 || view.importance.length === 0;
  byId("importance-note").textContent = few
    ? "Comes with the first completed trials."
    : `How much of the variance of ${view.metric} each choice explains by itself, in ${whole(view.trials)} completed trials, chance taken off.`;
  drawImportance(few ? [] : view.importance.slice(0, RANKED));
  byId("parallel-note").textContent = few
    ? "Comes with the first completed trials."
    : `${whole(view.numbers.length)} trials, an even sample and the best, through the choices that matter most. Drag along an axis to keep what passes there; click it twice to let go.`;
  lines ??= new ParallelLines(byId("parallel"), { onLine: onTrial });
  lines.show(few ? null : view);
}

byId("parallel-share").addEventListener("change", (event) => lines?.keepBest(Number(event.target.value)));

function drawImportance(ranked) {
  const head = element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "choice"), element("th", { scope: "col" }, "share")));
  const most = Math.max(...ranked.map(({ share }) => share), 0.01);
  const rows = ranked.map(({ name, share }) => {
    const bar = element("div", { class: "bar", "aria-hidden": "true" }, element("span", { style: `width: ${(100 * share) / most}%` }));
    return element("tr", {}, element("td", { class: "mono" }, name), element("td", {}, element("div", { class: "share" }, bar, element("span", { class: "number" }, percent(share)))));
  });
  byId("importance").replaceChildren(head, element("tbody", {}, rows));
}
