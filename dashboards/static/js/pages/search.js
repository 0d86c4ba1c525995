// One search, live: how it stands, what its trials reached, which choices matter, what happens.

import { mayControl } from "../control.js";
import { byId } from "../dom.js";
import { live } from "../live.js";
import { attempt, latest, place, query, showState, throttled } from "../page.js";
import { fetchPlotly, WhenSeen } from "../plots.js";
import { address, get } from "../rest.js";
import { drawChoices } from "../search/choices.js";
import { drawCurves, offerMetrics } from "../search/curves.js";
import { Events } from "../search/events.js";
import { drawPareto } from "../search/pareto.js";
import { drawReward } from "../search/reward.js";
import { showSummary, showTiles } from "../search/summary.js";
import { drawTimeline } from "../search/timeline.js";

const OFTEN_MS = 3000; // between two readings of a plot
const here = `/searches/${encodeURIComponent(place[0])}`;
const openTrial = (number) => location.assign(`/searches/${search.id}/trials/${number}`);
let search = null;
let may = false; // whoever looks change it
let before = null; // the timeline shows trials with a lower number; null: the newest

const read = (name, parameters, signal) => get(`${here}/plots/${name}`, parameters, { signal });

const plots = {
  reward: latest(async (signal) => drawReward(await read("progress", {}, signal), openTrial)),
  curves: latest(async (signal) => drawCurves(await read("curves", { metric: query.get("curve") }, signal), openTrial)),
  pareto: latest(async (signal) => drawPareto(await read("pareto", { x: query.get("x"), y: query.get("y") }, signal), openTrial)),
  parallel: latest(async (signal) => drawChoices(await read("choices", {}, signal), openTrial)),
  timeline: latest(async (signal) => {
    const view = await read("timeline", { before }, signal);
    byId("timeline-earlier").disabled = view.earlier_before === null;
    byId("timeline-newest").disabled = before === null;
    byId("timeline-earlier").value = view.earlier_before ?? "";
    await drawTimeline(view, openTrial);
  }),
};
const seen = {};

async function open() {
  [search, may] = await Promise.all([get(here), mayControl()]);
  showSummary(search, again, may);
  for (const [name, load] of Object.entries(plots)) seen[name] = new WhenSeen(byId(name), load);
  const metrics = (await get(`${here}/metrics`)).items;
  offerMetrics(byId("curves-metric"), metrics.map(({ name }) => name), query.get("curve") || search.document.objectives?.[0]?.metric);
  await listen();
}

/** Reads the search again, and with it every plot that is looked at. */
async function again() {
  search = await get(here);
  showSummary(search, again, may);
  Object.values(seen).forEach((plot) => plot.refresh());
}

async function listen() {
  const events = new Events(search.id);
  let known = JSON.stringify(search.trials);
  let first = true;
  const soon = throttled(() => attempt(again), OFTEN_MS);
  const pulse = (state) => {
    const changed = JSON.stringify(state.trials) !== known;
    known = JSON.stringify(state.trials);
    if (first) events.load(state.sequence);
    first = false;
    search.trials = state.trials;
    showTiles(search);
    if (state.status !== search.status || state.cancel_requested !== search.cancel_requested || changed) soon();
  };
  live(address(`${here}/stream`), { pulse, happened: (event) => events.add(event) }, { onState: showState });
}

function follow(select, name, plot) {
  byId(select).addEventListener("change", (event) => {
    query.set({ [name]: event.target.value }, { replace: true });
    plots[plot]();
  });
}

follow("curves-metric", "curve", "curves");
follow("pareto-x", "x", "pareto");
follow("pareto-y", "y", "pareto");
byId("timeline-earlier").addEventListener("click", (event) => ((before = Number(event.target.value)), plots.timeline()));
byId("timeline-newest").addEventListener("click", () => ((before = null), plots.timeline()));
fetchPlotly();
attempt(open);
