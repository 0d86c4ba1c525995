// What people do to a search: pause, go on, more trials, cancel, clone, delete. Asked first where it cannot be undone.

import { element } from "./dom.js";
import { whole } from "./format.js";
import { asked, attempt, confirmed } from "./page.js";
import { get, post, request } from "./rest.js";
import { total } from "./statuses.js";

const OPEN = ["queued", "running", "paused"];
let principal = null;

/** Whether whoever looks may change searches. */
export async function mayControl() {
  principal ??= get("/me");
  return (await principal).role !== "read";
}

/** How the search stands, with what was asked of it and has not come yet. */
export function standing(search) {
  if (!OPEN.includes(search.status)) return search.status;
  if (search.cancel_requested) return "cancelling";
  return search.pause_requested && search.status !== "paused" ? "pausing" : search.status;
}

/** Buttons for what can be done to the search as it is; `done(search)` is called afterwards, with null once it is gone. */
export function controls(search, done) {
  const open = OPEN.includes(search.status);
  const resting = search.status === "paused" || search.pause_requested !== null;
  const ends = open && search.cancel_requested;
  return [
    open && !resting && !ends && button("pause", "Pause", () => pause(search, done)),
    open && resting && !ends && button("resume", "Resume", () => wish(search, done, "resume")),
    !ends && button("extend", "More trials", () => extend(search, done)),
    element("a", { class: "button", id: "clone", href: `/submit?clone=${search.id}` }, "Clone"),
    open && !ends && button("cancel", "Cancel", () => cancel(search, done), "danger"),
    !open && button("delete", "Delete", () => remove(search, done), "danger"),
  ].filter(Boolean);
}

/** Offers all of that in a dialog, for a list. */
export function offered(search, done) {
  const dialog = element("dialog", { "aria-label": `Actions on ${search.name}` });
  const close = (after) => (changed) => (dialog.close(), after(changed));
  const buttons = controls(search, close(done));
  for (const each of buttons) each.addEventListener("click", () => dialog.close());
  const back = element("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Back");
  dialog.append(element("h2", {}, search.name), element("div", { class: "choices" }, buttons, back));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const button = (id, words, onclick, kind = null) => element("button", { type: "button", id, class: kind, onclick }, words);

async function wish(search, done, name, body = {}) {
  const changed = await attempt(() => post(`/searches/${search.id}/${name}`, body));
  if (changed) await done(changed);
}

async function pause(search, done) {
  const now = element("input", { type: "checkbox", name: "now", value: "yes" });
  const text = "Trials that run may end first; nothing new begins. It goes on where it was.";
  const answer = await asked({ title: `Pause ${search.name}?`, text, yes: "Pause", inside: element("label", {}, now, "Stop them now; they go on from their checkpoints") });
  if (answer) await wish(search, done, "pause", { now: answer.get("now") === "yes" });
}

async function cancel(search, done) {
  const text = "Trials that run are stopped; those that have ended stay.";
  if (await confirmed({ title: `Cancel ${search.name}?`, text, yes: "Cancel the search", danger: true })) await wish(search, done, "cancel");
}

async function extend(search, done) {
  const least = (search.trial_budget || search.document?.budget?.trials || search.budget || 0) + 1;
  const trials = element("input", { type: "number", name: "trials", min: least, max: 1_000_000, value: least, step: 1, required: true });
  const text = OPEN.includes(search.status) ? "It goes on as if it had had them from its start." : "It has ended, and goes on as if it had had them from its start.";
  const answer = await asked({ title: `More trials for ${search.name}`, text, yes: "Raise the budget", inside: element("label", {}, "Trials in all", trials) });
  const changed = answer && (await attempt(() => request("PATCH", `/searches/${search.id}`, { body: { trials: Number(answer.get("trials")) } })));
  if (changed) await done(changed);
}

async function remove(search, done) {
  const text = `Its ${whole(total(search.trials))} trials go with it, and the files they wrote. Nothing brings them back.`;
  if (!(await confirmed({ title: `Delete ${search.name}?`, text, yes: "Delete for good", danger: true }))) return;
  const gone = await attempt(() => request("DELETE", `/searches/${search.id}`).then(() => true));
  if (gone) await done(null);
}
