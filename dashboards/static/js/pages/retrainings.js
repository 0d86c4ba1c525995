// The list of retrainings: the trial that each comes from, and what it had reached beside what it reaches in full.

import { byId, chip, element, link } from "../dom.js";
import { ago, metric, moment, NONE, whole } from "../format.js";
import { live } from "../live.js";
import { latest, query, showState, throttled } from "../page.js";
import { address, get } from "../rest.js";
import { ended, total } from "../statuses.js";
import { DataTable, Pager } from "../table.js";

const PAGE = 50;
const OFTEN_MS = 2000;

const table = new DataTable(byId("retrainings"), {
  caption: "Retrainings, newest first",
  key: (retraining) => retraining.id,
  empty: "Nothing has been retrained yet. The page of a trial offers it, and `nas retrain SEARCH/NUMBER`.",
  columns: [
    { id: "name", label: "Retraining", head: true, render: (retraining) => link(`/searches/${retraining.id}`, retraining.name) },
    { id: "of", label: "Of trial", render: (retraining) => link(`/searches/${retraining.of.search}/trials/${retraining.of.trial}`, `${retraining.of.name}/${retraining.of.trial}`) },
    { id: "status", label: "Status", render: (retraining) => chip(retraining.status) },
    { id: "proxy", label: "In its search", number: true, render: before },
    { id: "full", label: "In full", number: true, render: inFull },
    { id: "seeds", label: "Trained", number: true, later: true, render: (retraining) => `${whole(ended(retraining.trials))} / ${whole(Math.max(retraining.seeds, total(retraining.trials)))}` },
    { id: "created", label: "Created", later: true, render: (retraining) => element("time", { datetime: retraining.created_at, title: moment(retraining.created_at) }, ago(retraining.created_at)) },
  ],
});
const pager = new Pager(byId("pager"), { onFirst: () => turn(null), onNext: turn });

function before({ of }) {
  if (of.reached === null) return NONE;
  return [metric(of.metric, of.reached), below(`${of.metric}, ${whole(of.epochs)} epochs`)];
}

function inFull({ of, value, epochs }) {
  if (!value) return NONE;
  const spread = value.std === null ? "" : ` ± ${metric(of.metric, value.std)}`;
  return [`${metric(of.metric, value.mean)}${spread}`, below(`${of.metric}, ${whole(epochs)} epochs`)];
}

function below(text) {
  return element("div", { class: "muted small" }, text);
}

function turn(cursor) {
  query.set({ cursor });
  load();
}

const load = latest(async (signal) => {
  const cursor = query.get("cursor");
  const page = await get("/retrainings", { search: query.get("search"), cursor, limit: PAGE }, { signal });
  table.show(page.items);
  byId("retrainings").removeAttribute("aria-busy");
  pager.show({ first: !cursor, cursor: page.next_cursor });
});

const soon = throttled(load, OFTEN_MS);
addEventListener("popstate", load);
load();
live(address("/searches/stream"), { changed: soon }, { onState: showState });
