// Some trials of a search side by side: architectures, curves, choices, metrics. Which ones stands in the address.

import { drawArchitectures } from "../compare/architectures.js";
import { drawOverlaid } from "../compare/curves.js";
import { showChoices, showMetrics } from "../compare/rows.js";
import { byId, chip, element, link } from "../dom.js";
import { live } from "../live.js";
import { attempt, latest, place, query, showState, throttled } from "../page.js";
import { fetchPlotly } from "../plots.js";
import { address, get, Problem } from "../rest.js";

const OFTEN_MS = 3000;
const [FEWEST, MOST] = [2, 8];
const here = `/searches/${encodeURIComponent(place[0])}`;
const asked = () => [...new Set((query.get("trials") || "").split(/[\s,]+/).filter((text) => /^\d+$/.test(text)).map(Number))];
let search = null;
let view = null;

async function open() {
  search = await get(here);
  const soon = throttled(load, OFTEN_MS);
  live(address(`${here}/stream`), { pulse: () => {}, happened: ({ trial }) => asked().includes(trial) && soon() }, { onState: showState });
}

const load = latest(async (signal) => {
  const numbers = asked();
  byId("trials").value = numbers.join(", ");
  showHead(numbers, []);
  if (!valid(numbers)) throw new Problem(422, { detail: `Name ${FEWEST} to ${MOST} trials to compare, as 3, 7.` });
  view = await get(`${here}/side-by-side`, { trial: numbers }, { signal });
  const trials = view.trials.map(({ trial }) => trial);
  showHead(numbers, trials);
  drawArchitectures(search, view.trials);
  showMetrics(numbers, view.metrics);
  showChoices(numbers, view.choices);
  offer(view.curves);
  if (view.curves.length) fetchPlotly();
  await curves();
});

const valid = (numbers) => numbers.length >= FEWEST && numbers.length <= MOST;

const curves = latest(async (signal) => {
  const name = byId("curves-metric").value;
  const read = (number) => get(`${here}/trials/${number}/curves`, { metric: name }, { signal });
  const found = name ? await Promise.all(asked().map(read)) : [];
  await drawOverlaid(name, found.map(({ number, curves: some }) => ({ number, curve: some[0] })));
});

function offer(names) {
  const chosen = query.get("curve") || names[0];
  byId("curves-metric").replaceChildren(...names.map((name) => element("option", { value: name, selected: name === chosen }, name)));
}

function showHead(numbers, trials) {
  const title = `Trials ${numbers.join(", ")} of ${search.name}`;
  document.title = `${title} · SpineSearch`;
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" }, link("/", "Searches"), "/", link(`/searches/${search.id}`, search.name), "/", link(`/searches/${search.id}/leaderboard`, "Leaderboard"), "/", element("span", {}, "Compare"));
  const chips = trials.map(({ number, status }) => element("span", {}, link(`/searches/${search.id}/trials/${number}`, `trial ${number}`), " ", chip(status)));
  byId("head").replaceChildren(crumbs, element("div", { class: "heading" }, element("h1", {}, title), chips));
}

byId("which").addEventListener("submit", (event) => {
  event.preventDefault();
  query.set({ trials: byId("trials").value.split(/[\s,]+/).filter(Boolean).join(",") });
  load();
});
byId("curves-metric").addEventListener("change", (event) => (query.set({ curve: event.target.value }, { replace: true }), curves()));
byId("only-differing").addEventListener("change", () => view && showChoices(asked(), view.choices));
addEventListener("popstate", () => search && load());
attempt(open).then(() => search && load());
