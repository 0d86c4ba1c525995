// A new search: its document as a form and as text, in step; what is wrong with it, or what it will cost; submitted.

import { byId, element, link } from "../dom.js";
import { attempt, confirmed, latest, query } from "../page.js";
import { get, pages, request } from "../rest.js";
import { editorOf } from "../submit/editor.js";
import { DocumentForm } from "../submit/form.js";
import { showPreview } from "../submit/preview.js";
import { Schema } from "../submit/schema.js";

const PAUSE_MS = 250; // after the last key
const FIRST = "blood-cells"; // the example to begin with
let form = null;
let asked = null; // what is to be looked at: { text } or { document } or { search }
let data = null; // the document as the service has read it
let timer = null;
let touched = false; // somebody has changed it
const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const editor = editorOf((text) => soon({ text }));

const look = latest(async (signal) => {
  const told = asked;
  const answer = await request("POST", "/searches/preview", { body: told, query: { project: byId("project").value }, signal });
  show(answer, told);
});

/** Looks at the document after a pause: whoever types is not interrupted. */
function soon(what) {
  asked = what;
  touched = true;
  waiting();
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE_MS);
}

function now(what) {
  asked = what;
  waiting();
  return look();
}

function waiting() {
  byId("submit").disabled = true;
}

function show(answer, told) {
  const readable = answer.document !== null && typeof answer.document === "object" && !Array.isArray(answer.document);
  data = readable ? answer.document : null;
  if (told.text === undefined) editor.show(answer.text);
  if (told.document === undefined && readable) form.show(data);
  form.freeze(!readable);
  form.mark(answer.problems);
  editor.mark(answer.problems);
  showPreview(answer.preview, data?.resources);
  const count = answer.problems.length;
  byId("problems-title").textContent = count ? `${count} problem${count === 1 ? "" : "s"}` : "What it will cost";
  byId("submit").disabled = count > 0;
}

async function submit() {
  byId("submit").disabled = true;
  const where = { project: byId("project").value, priority: byId("priority").value };
  const made = await attempt(() => request("POST", "/searches", { body: data, query: where, headers: { "Idempotency-Key": key } }));
  if (made) location.assign(`/searches/${made.id}`);
  else byId("submit").disabled = false;
}

async function open() {
  const principal = await get("/me");
  if (principal.role === "read") return refuse(principal);
  const [guide, { items: examples }, projects, dataSets] = await Promise.all([get("/documents/guide"), get("/documents/examples"), projectsOf(principal), all("/data")]);
  form = new DocumentForm(byId("form"), new Schema(guide.schema), { guide, dataSets, onChange: (document) => soon({ document }) });
  byId("project").replaceChildren(...projects.map((name) => element("option", { value: name, selected: name === (query.get("project") || "default") }, name)));
  offer(examples);
  const clone = query.get("clone");
  if (clone) return begin({ search: clone }, clone);
  const first = examples.find(({ name }) => name === (query.get("example") || FIRST)) || examples[0];
  byId("example").value = first.name;
  return now({ text: first.text }).then(() => editor.show(first.text));
}

/** Begins with the document of an earlier search. */
async function begin(what, clone) {
  const { name, id } = await get(`/searches/${encodeURIComponent(clone)}`);
  byId("note").replaceChildren("The document of ", link(`/searches/${id}`, name), ", without what is so by default. Give the new search a name of its own to tell them apart.");
  return now(what);
}

async function projectsOf(principal) {
  if (principal.project !== null) return [principal.project];
  return (await all("/projects")).map(({ name }) => name);
}

/** Everything a list holds. */
async function all(path) {
  const found = [];
  for await (const items of pages(path, { limit: 500 })) found.push(...items);
  return found;
}

function refuse(principal) {
  byId("note").textContent = `Submitting takes the role submit; ${principal.name} has the role read.`;
  for (const part of document.querySelectorAll("main .grid, main .heading .actions")) part.remove();
}

function offer(examples) {
  const options = examples.map(({ name, summary }) => element("option", { value: name, title: summary }, name));
  byId("example").replaceChildren(element("option", { value: "" }, "an earlier search"), ...options);
  byId("example").addEventListener("change", async (event) => {
    const example = examples.find(({ name }) => name === event.target.value);
    const replace = !touched || (await confirmed({ title: "Begin anew?", text: "What was written here is replaced by the example.", yes: "Take the example" }));
    if (!example || !replace) return;
    touched = false;
    byId("note").textContent = example.summary;
    await now({ text: example.text });
    editor.show(example.text);
  });
}

byId("submit").addEventListener("click", submit);
byId("project").addEventListener("change", () => asked && now(asked));
attempt(open);
