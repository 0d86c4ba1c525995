// One trial: how it stands, its architecture drawn, its curves, its log as it grows, what it left behind.

import { drawnArchitecture } from "../architecture.js";
import { byId } from "../dom.js";
import { live } from "../live.js";
import { attempt, latest, place, query, showState, throttled } from "../page.js";
import { address, get } from "../rest.js";
import { actionsOf } from "../trial/actions.js";
import { drawCurves } from "../trial/curves.js";
import { showHead } from "../trial/head.js";
import { Log } from "../trial/log.js";
import { showPictures } from "../trial/pictures.js";
import { showTables } from "../trial/tables.js";

const LOOK_MS = 2000; // between two looks at a trial that runs
const here = `/searches/${encodeURIComponent(place[0])}`;
const own = `${here}/trials/${encodeURIComponent(place[2])}`;
const log = new Log(`${own}/log`);
let search = null;
let trial = null;
let measured = null; // what the curves were drawn of

async function open() {
  search = await get(here);
  await look();
  const view = await get(`${own}/drawing`);
  byId("architecture").replaceChildren(drawnArchitecture(view, { title: `trial ${trial.number}` }));
  const soon = throttled(() => attempt(look), LOOK_MS / 2);
  const happened = (event) => event.trial === trial.number && soon();
  live(address(`${here}/stream`), { pulse: soon, happened }, { onState: showState });
  setInterval(() => runs() && !document.hidden && soon(), LOOK_MS);
}

const runs = () => ["queued", "running"].includes(trial.status);

/** Reads how the trial stands, and what has changed with it. */
async function look() {
  const [found, { items: metrics }] = await Promise.all([get(`${own}/overview`), get(`${here}/metrics`)]);
  trial = found;
  showHead(search, trial, actionsOf(search, trial, () => attempt(look)));
  showTables(search, trial, metrics);
  showPictures(own, trial.pictures, trial.artifacts.map(({ sha256 }) => sha256.slice(0, 8)).join());
  const now = `${trial.attempt} ${trial.fidelity}`;
  if (now !== measured) curves();
  measured = now;
  await log.readOn();
}

const curves = latest(async (signal) => drawCurves(await get(`${own}/curves`, { metric: query.all("curve") }, { signal }), curves));

document.addEventListener("click", (event) => {
  if (!byId("curve-metrics").contains(event.target)) byId("curve-metrics").open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") byId("curve-metrics").open = false;
});
attempt(open);
