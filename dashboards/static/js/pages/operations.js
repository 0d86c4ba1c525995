// How the service stands: what runs, what waits, who holds what, the cluster, quotas, failures, versions.

import { byId, chip, element, link } from "../dom.js";
import { ago, clock, duration, NONE, number, whole } from "../format.js";
import { latest } from "../page.js";
import { get } from "../rest.js";
import { DataTable } from "../table.js";

const LOOK_MS = 5000;
const search = { id: "search", label: "Search", head: true, render: (row) => link(`/searches/${row.search}`, row.name) };
const project = { id: "project", label: "Project", later: true, render: (row) => row.project };
const trial = (row) => link(`/searches/${row.search}/trials/${row.number}`, `trial ${row.number}`);
const moment = (text) => (text ? element("time", { datetime: text, title: clock(text) }, ago(text)) : NONE);
const of = (used, limit, spelled = whole) => (limit === null ? spelled(used) : `${spelled(used)} of ${spelled(limit)}`);
const hours = (value) => number(value, 3);
const gigabytes = (value) => `${number(value / 1e9, 3)} GB`;
const ofNode = (used, total) => (used === null ? `${number(total)}, used not known` : `${number(used)} of ${number(total)}`);

const tables = {
  running: table("running", "Trials that run", "Nothing runs.", (row) => `${row.search}-${row.number}`, [
    search, project,
    { id: "trial", label: "Trial", render: trial },
    { id: "since", label: "For", number: true, render: (row) => duration(row.since ? (Date.now() - Date.parse(row.since)) / 1000 : null) },
    { id: "attempt", label: "Attempt", number: true, later: true, render: (row) => whole(row.attempt) },
    { id: "cpus", label: "CPUs", number: true, later: true, render: (row) => number(row.cpus) },
    { id: "gpus", label: "GPUs", number: true, render: (row) => number(row.gpus) },
  ]),
  waiting: table("waiting", "Queue", "Nothing waits.", (row) => row.search, [
    search, project,
    { id: "status", label: "Status", render: (row) => chip(row.status) },
    { id: "trials", label: "Runs", number: true, render: (row) => `${whole(row.running)} of ${whole(row.wanted)}` },
    { id: "priority", label: "Priority", number: true, later: true, render: (row) => whole(row.priority) },
    { id: "since", label: "Submitted", later: true, render: (row) => moment(row.since) },
    { id: "why", label: "Why", render: (row) => row.why },
  ]),
  leases: table("leases", "Leases", "Nobody works on a search.", (row) => row.search, [
    search, project,
    { id: "owner", label: "Held by", render: (row) => row.owner },
    { id: "fence", label: "Fence", number: true, later: true, render: (row) => whole(row.fence) },
    { id: "expires", label: "Ends", number: true, render: (row) => (row.expires_in_s > 0 ? `in ${duration(row.expires_in_s)}` : chip("failed", `${duration(-row.expires_in_s)} ago`)) },
  ]),
  projects: table("projects", "Projects", "No project.", (row) => row.name, [
    { id: "name", label: "Project", head: true, render: (row) => row.name },
    { id: "searches", label: "Searches", number: true, render: (row) => of(row.unfinished, row.max_searches) },
    { id: "running", label: "Running trials", number: true, render: (row) => of(row.running, row.max_concurrent) },
    { id: "gpu", label: "GPU hours", number: true, render: (row) => of(row.gpu_hours, row.max_gpu_hours, hours) },
    { id: "artifacts", label: "Artifacts", number: true, later: true, render: (row) => of(row.artifact_bytes, row.max_artifact_bytes, gigabytes) },
    { id: "trials", label: "Trials ended", number: true, later: true, render: (row) => whole(row.trials) },
    { id: "hours", label: "Their hours", number: true, later: true, render: (row) => hours(row.trial_hours) },
    { id: "weight", label: "Weight", number: true, later: true, render: (row) => number(row.weight) },
  ]),
  failures: table("failures", "Failures of the last day", "Nothing failed.", (row) => row.kind, [
    { id: "kind", label: "Kind", head: true, render: (row) => row.kind },
    { id: "times", label: "Times", number: true, render: (row) => whole(row.times) },
    { id: "last", label: "Last", render: (row) => [trial(row), " of ", row.name] },
    { id: "at", label: "When", later: true, render: (row) => moment(row.at) },
    { id: "message", label: "Message", render: (row) => row.message || NONE },
  ]),
  cluster: table("cluster", "Machines of the cluster", "No machine is known.", (row) => row.id, [
    { id: "host", label: "Machine", head: true, render: (row) => row.host },
    { id: "alive", label: "State", render: (row) => (row.alive ? "alive" : chip("failed", "dead")) },
    { id: "cpus", label: "CPUs", number: true, render: (row) => ofNode(row.cpus_used, row.cpus) },
    { id: "gpus", label: "GPUs", number: true, render: (row) => ofNode(row.gpus_used, row.gpus) },
  ]),
};

function table(id, caption, empty, key, columns) {
  return new DataTable(byId(id), { caption, empty, key, columns });
}

const load = latest(async (signal) => {
  const view = await get("/operations", {}, { signal });
  for (const name of ["running", "waiting", "leases", "projects", "failures"]) tables[name].show(view[name]);
  byId("at").textContent = `as of ${clock(view.at)}`;
  const more = view.running_total - view.running.length;
  byId("running-note").textContent = `${more > 0 ? `The ${whole(view.running.length)} that run longest; ${whole(more)} more. ` : ""}Which machine a trial is on is not recorded; the Ray dashboard tells.`;
  showTiles(view);
  showCluster(view.cluster);
  showVersions(view.versions);
});

function showTiles({ running_total: running, waiting, leases, failures, cluster }) {
  const lost = leases.filter((lease) => lease.expires_in_s <= 0).length;
  const nodes = cluster && !cluster.unknown ? whole(cluster.nodes.filter((node) => node.alive).length) : "not known";
  const tiles = [["Trials running", whole(running)], ["Searches waiting", whole(waiting.length)], ["Leases", lost ? `${whole(leases.length)}, ${whole(lost)} lost` : whole(leases.length)], ["Failed today", whole(failures.reduce((sum, { times }) => sum + times, 0))], ["Machines", nodes]];
  byId("tiles").replaceChildren(...tiles.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function showCluster(cluster) {
  byId("cluster-card").hidden = cluster === null;
  if (cluster === null) return;
  const dashboard = cluster.dashboard ? [link(cluster.dashboard, "Ray dashboard"), ". "] : [];
  byId("cluster-note").replaceChildren(`Ray at ${cluster.address || "an address not known here"}. `, ...dashboard, cluster.unknown ? `Machines are not known: ${cluster.unknown}.` : "");
  tables.cluster.show(cluster.nodes);
}

function showVersions({ schema, database, python, packages }) {
  const facts = [["schema", schema], ["database", database], ["python", python], ...Object.entries(packages)];
  byId("versions").replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

load();
setInterval(() => document.hidden || load(), LOOK_MS);
