// The leaderboard of a search: sorted by any metric, filtered by any, with the columns one wants. All of it stands in
// the address, so that a view can be kept and sent.

import { choosable, leading, usual } from "../leaderboard/columns.js";
import { byId, element, link } from "../dom.js";
import { number } from "../format.js";
import { live } from "../live.js";
import { attempt, latest, place, query, showState, throttled } from "../page.js";
import { address, get } from "../rest.js";
import { TRIAL_STATUSES } from "../statuses.js";
import { DataTable, Pager } from "../table.js";

const OFTEN_MS = 4000;
const MOST_COMPARED = 8;
const OPERATORS = { "<=": "≤", ">=": "≥", "<": "<", ">": ">", "==": "=", "!=": "≠" };
const here = `/searches/${encodeURIComponent(place[0])}`;
const chosen = new Set((query.get("compare") || "").split(",").filter(Boolean).map(Number));
let search = null;
let metrics = [];
let ranks = new Map();
let table = null;
const pager = new Pager(byId("pager"), { onFirst: () => move({ cursor: null, page: null }), onNext: (cursor) => move({ cursor, page: pageNumber() + 1 }) });

const pageNumber = () => Number(query.get("page") || 1);
const limit = () => Number(query.get("limit") || 50);
const statuses = () => (query.all("status").length ? query.all("status") : ["completed"]);
const asked = () => ({ sort: query.get("sort"), where: query.all("where"), status: statuses() });
const shownColumns = () => (query.get("columns") ? query.get("columns").split(",") : usual(metrics));

/** What the order is: as asked, else the best of the first objective first. */
function order() {
  const first = search.document.objectives?.[0] || {};
  const text = query.get("sort") || `${first.goal === "minimize" ? "" : "-"}${first.metric}${first.goal === "minimize" ? ":asc" : ""}`;
  return { id: text.replace(/^-|:asc$/g, ""), descending: text.startsWith("-") };
}

/** Another view: the address says it, the list starts at its beginning. */
function move(values) {
  query.set(values);
  draw();
}

const view = (values) => move({ ...values, cursor: null, page: null });

function sortBy(id) {
  const now = order();
  const larger = metrics.find(({ name }) => name === id)?.goal === "maximize";
  const descending = now.id === id ? !now.descending : larger;
  view({ sort: descending ? `-${id}` : `${id}:asc` });
}

async function open() {
  [search, { items: metrics }] = await Promise.all([get(here), get(`${here}/metrics`)]);
  document.title = `Leaderboard of ${search.name} · SpineSearch`;
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" }, link("/", "Searches"), "/", link(`/searches/${search.id}`, search.name), "/", element("span", {}, "Leaderboard"));
  const downloads = ["csv", "parquet"].map((kind) => element("a", { class: "button", id: kind, download: true }, { csv: "CSV", parquet: "Parquet" }[kind]));
  byId("head").replaceChildren(crumbs, element("div", { class: "heading" }, element("h1", {}, `Leaderboard of ${search.name}`), element("div", { class: "actions" }, downloads)));
  table = new DataTable(byId("leaderboard"), { caption: `Trials of ${search.name}`, key: (trial) => trial.number, columns: [], empty: "No trial matches.", onSort: sortBy });
  byId("metric").replaceChildren(...["number", ...metrics.map(({ name }) => name)].map((name) => element("option", { value: name, selected: name === metrics[0]?.name }, name)));
  draw();
  const soon = throttled(load, OFTEN_MS);
  let known = JSON.stringify(search.trials);
  const pulse = ({ trials }) => {
    const text = JSON.stringify(trials);
    if (known !== text) soon();
    known = text;
  };
  live(address(`${here}/stream`), { pulse, happened: () => {} }, { onState: showState });
}

/** Everything the address says, and the rows. */
function draw() {
  const columns = choosable(metrics);
  const rankOf = (trial) => ranks.get(trial.number);
  const some = shownColumns().map((id) => columns.get(id)).filter(Boolean);
  table.setColumns([...leading(search.id, rankOf, chosen, choose), ...some]);
  table.setSort(order());
  drawConditions();
  drawStatuses();
  drawColumns(columns);
  drawCompare();
  byId("limit").value = String(limit());
  for (const kind of ["csv", "parquet"]) byId(kind).href = address(`${here}/trials.${kind}`, { ...asked(), sort: asked().sort || spelled(order()) });
  return load();
}

const spelled = ({ id, descending }) => (descending ? `-${id}` : `${id}:asc`);

const load = latest(async (signal) => {
  const page = await get(`${here}/leaderboard`, { ...asked(), limit: limit(), cursor: query.get("cursor") }, { signal });
  const before = (pageNumber() - 1) * limit();
  ranks = new Map(page.items.map((trial, index) => [trial.number, before + index + 1]));
  table.show(page.items.map((trial, index) => ({ ...trial, rank: before + index + 1 })));
  byId("leaderboard").removeAttribute("aria-busy");
  const told = page.items.length ? `${number(before + 1)} to ${number(before + page.items.length)}` : "";
  pager.show({ first: !query.get("cursor"), cursor: page.next_cursor, told });
});

function drawConditions() {
  const conditions = query.all("where");
  byId("conditions").replaceChildren(
    ...conditions.map((text, index) => {
      const drop = () => view({ where: conditions.filter((_, other) => other !== index) });
      const words = text.replace(/<=|>=|==|!=|<|>/, (operator) => ` ${OPERATORS[operator]} `);
      return element("li", {}, words, element("button", { type: "button", class: "quiet", "aria-label": `Remove the filter ${words}`, onclick: drop }, "×"));
    }),
  );
}

function drawStatuses() {
  const now = new Set(statuses());
  const focused = document.activeElement?.value;
  const box = (status) => element("input", { type: "checkbox", value: status, checked: now.has(status), onchange: () => view({ status: toggled(now, status) }) });
  const legend = byId("statuses").querySelector("legend");
  byId("statuses").replaceChildren(legend, ...TRIAL_STATUSES.map((status) => element("label", {}, box(status), status)));
  if (TRIAL_STATUSES.includes(focused)) byId("statuses").querySelector(`[value="${focused}"]`).focus();
}

/** The statuses without this one, or with it; never none. */
function toggled(now, status) {
  const next = TRIAL_STATUSES.filter((each) => now.has(each) !== (each === status));
  return next.length && next.join() !== "completed" ? next : [];
}

function drawColumns(columns) {
  const now = shownColumns();
  const boxes = [...columns.values()].map(({ id, label }) => {
    const toggle = (event) => move({ columns: (event.target.checked ? [...now, id] : now.filter((each) => each !== id)).join(",") });
    return element("label", {}, element("input", { type: "checkbox", value: id, checked: now.includes(id), onchange: toggle }), label);
  });
  const list = byId("columns").querySelector("div");
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.replaceChildren(...boxes);
  if (focused) list.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

function choose(trial, wanted) {
  if (wanted) chosen.add(trial);
  else chosen.delete(trial);
  query.set({ compare: [...chosen].join(",") }, { replace: true });
  drawCompare();
}

function drawCompare() {
  const ready = chosen.size >= 2 && chosen.size <= MOST_COMPARED;
  const button = byId("compare");
  button.textContent = chosen.size ? `Compare ${chosen.size}` : "Compare";
  button.title = ready ? "" : `Tick 2 to ${MOST_COMPARED} trials`;
  button.ariaDisabled = String(!ready);
  if (ready) button.href = `/searches/${search.id}/compare?trials=${[...chosen].join(",")}`;
  else button.removeAttribute("href");
}

byId("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  const bound = byId("bound").value.trim().replace(",", ".");
  const valid = bound !== "" && Number.isFinite(Number(bound));
  byId("bound").setAttribute("aria-invalid", String(!valid));
  if (!valid) return byId("bound").focus();
  byId("bound").value = "";
  return view({ where: [...query.all("where"), `${byId("metric").value}${byId("operator").value}${bound}`] });
});
byId("limit").addEventListener("change", (event) => view({ limit: event.target.value }));
document.addEventListener("click", (event) => {
  if (!byId("columns").contains(event.target)) byId("columns").open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") byId("columns").open = false;
});
addEventListener("popstate", () => search && draw());
attempt(open);
