// One search, live: how it stands, what its trials reached, which choices matter, what happens.

import { byId } from "../dom.js";
import { live } from "../live.js";
import { attempt, place, query, showState, throttled } from "../page.js";
import { plotly, WhenSeen } from "../plots.js";
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
let before = null; // the timeline shows trials with a lower number; null: the newest

const read = (name, parameters = {}) => get(`${here}/plots/${name}`, parameters);

const plots = {
  reward: async () => drawReward(await read("progress"), openTrial),
  curves: async () => drawCurves(await read("curves", { metric: query.get("curve") }), openTrial),
  pareto: async () => drawPareto(await read("pareto", { x: query.get("x"), y: query.get("y") }), openTrial),
  parallel: async () => drawChoices(await read("choices"), openTrial),
  timeline: async () => {
    const view = await read("timeline", { before });
    byId("timeline-earlier").disabled = view.earlier_before === null;
    byId("timeline-newest").disabled = before === null;
    byId("timeline-earlier").value = view.earlier_before ?? "";
    await drawTimeline(view, openTrial);
  },
};
const seen = {};

async function open() {
  search = await get(here);
  showSummary(search, again);
  for (const [name, load] of Object.entries(plots)) seen[name] = new WhenSeen(byId(name), () => attempt(load));
  const metrics = (await get(`${here}/metrics`)).items;
  offerMetrics(byId("curves-metric"), metrics.map(({ name }) => name), query.get("curve") || search.document.objectives?.[0]?.metric);
  await listen();
}

/** Reads the search again, and with it every plot that is looked at. */
async function again() {
  const before_ = search?.status;
  search = await get(here);
  showSummary(search, again);
  if (before_) Object.values(seen).forEach((plot) => plot.refresh());
}

async function listen() {
  const events = new Events(search.id);
  let known = null;
  const soon = throttled(() => attempt(again), OFTEN_MS);
  const pulse = (state) => {
    const first = known === null;
    const changed = JSON.stringify(state.trials) !== known;
    known = JSON.stringify(state.trials);
    if (first) events.load(state.sequence);
    search.trials = state.trials;
    showTiles(search);
    if (state.status !== search.status || state.cancel_requested !== search.cancel_requested || (changed && !first)) soon();
  };
  live(address(`${here}/stream`), { pulse, happened: (event) => events.add(event) }, { onState: showState });
}

function follow(select, name, plot) {
  byId(select).addEventListener("change", (event) => {
    query.set({ [name]: event.target.value }, { replace: true });
    attempt(plots[plot]);
  });
}

follow("curves-metric", "curve", "curves");
follow("pareto-x", "x", "pareto");
follow("pareto-y", "y", "pareto");
byId("timeline-earlier").addEventListener("click", (event) => ((before = Number(event.target.value)), attempt(plots.timeline)));
byId("timeline-newest").addEventListener("click", () => ((before = null), attempt(plots.timeline)));
plotly().catch(() => {}); // begins to load while the search is read
attempt(open);
