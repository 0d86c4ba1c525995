// The list of searches: newest first, one status or all, page by page, up to date by itself.

import { mayControl, offered, standing } from "../control.js";
import { byId, chip, element, link } from "../dom.js";
import { ago, between, duration, metric, moment, NONE, whole } from "../format.js";
import { live } from "../live.js";
import { latest, query, showState, throttled } from "../page.js";
import { address, get } from "../rest.js";
import { ended, SEARCH_STATUSES, total, trialsBar } from "../statuses.js";
import { DataTable, Pager } from "../table.js";

const PAGE = 50;
const OFTEN_MS = 2000;

const columns = [
  { id: "name", label: "Search", head: true, render: named },
  { id: "status", label: "Status", render: (search) => chip(search.status, standing(search)) },
  { id: "progress", label: "Trials", render: progress },
  { id: "best", label: "Best", number: true, render: best },
  { id: "failed", label: "Failed", number: true, later: true, render: (search) => whole(search.trials.failed || 0) },
  { id: "created", label: "Created", later: true, render: (search) => element("time", { datetime: search.created_at, title: moment(search.created_at) }, ago(search.created_at)) },
  { id: "ran", label: "Ran for", number: true, later: true, render: (search) => duration(between(search.started_at, search.finished_at)) },
];
const acting = { id: "actions", label: element("span", { class: "seen-by-readers" }, "Actions"), render: actions };
const table = new DataTable(byId("searches"), {
  caption: "Searches, newest first",
  key: (search) => search.id,
  empty: "No search here yet. Submit one as a new search, or with `nas submit search.yaml`.",
  columns,
});
const pager = new Pager(byId("pager"), { onFirst: () => turn(null), onNext: turn });

function named(search) {
  return [link(`/searches/${search.id}`, search.name), element("div", { class: "muted small mono later" }, search.id)];
}

function actions(search) {
  const open = () => offered(search, load);
  return element("button", { type: "button", class: "quiet", "aria-label": `Actions on ${search.name}`, onclick: open }, "⋯");
}

function progress(search) {
  const budget = search.status === "completed" ? total(search.trials) : search.budget || total(search.trials);
  const counts = element("span", { class: "small number" }, `${whole(ended(search.trials))} / ${whole(budget)}`);
  return element("div", { class: "progress" }, trialsBar(search.trials, budget), counts);
}

function best(search) {
  if (!search.best) return NONE;
  const value = link(`/searches/${search.id}/trials/${search.best.number}`, metric(search.best.metric, search.best.value));
  return [value, element("div", { class: "muted small" }, search.best.metric)];
}

function turn(cursor) {
  query.set({ cursor });
  load();
}

function drawFilter() {
  const chosen = query.get("status") || "";
  const options = ["", ...SEARCH_STATUSES].map((status) => {
    const input = element("input", { type: "radio", name: "status", value: status, checked: status === chosen, onchange: () => filter(status) });
    return element("label", {}, input, status || "all");
  });
  byId("statuses").replaceChildren(byId("statuses").querySelector("legend"), ...options);
}

function filter(status) {
  query.set({ status, cursor: null });
  load();
}

const load = latest(async (signal) => {
  const cursor = query.get("cursor");
  const page = await get("/searches", { status: query.get("status"), cursor, limit: PAGE }, { signal });
  table.show(page.items);
  byId("searches").removeAttribute("aria-busy");
  pager.show({ first: !cursor, cursor: page.next_cursor });
});

const soon = throttled(load, OFTEN_MS);
addEventListener("popstate", () => (drawFilter(), load()));
drawFilter();
load();
mayControl().then((may) => {
  if (!may) return;
  table.setColumns([...columns, acting]);
  load();
});
live(address("/searches/stream"), { changed: soon }, { onState: showState });
