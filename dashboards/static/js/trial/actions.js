// What can be done about a trial: stopped while it runs, retried once it has ended badly, retrained in full, taken home.

import { answered } from "../dialogs.js";
import { element } from "../dom.js";
import { attempt, confirmed } from "../page.js";
import { post } from "../rest.js";
import { exportable, exported } from "./export.js";

const RETRIABLE = ["failed", "stopped", "cancelled"];
const MOST_SEEDS = 101;
let asked = null; // what was asked last, and of the trial in which state

/** The buttons; `again` is called after something was asked of the trial. */
export function actionsOf(search, trial, again) {
  const path = `/searches/${search.id}/trials/${trial.number}`;
  const waits = asked === stateOf(trial);
  const wish = (name, words, waiting, question) =>
    element("button", { type: "button", id: name, disabled: waits, onclick: () => wished(`${path}/${name}`, trial, question, again) }, waits ? waiting : words);
  return [
    trial.status === "running" ? wish("stop", "Stop", "Stopping…", stopping(trial)) : null,
    RETRIABLE.includes(trial.status) ? wish("retry", "Retry", "Waiting to be retried…", null) : null,
    exportable(trial) ? element("button", { type: "button", id: "ask-export", onclick: () => attempt(() => exported(trial, path)) }, "Export") : null,
    element("button", { type: "button", id: "retrain", onclick: () => attempt(() => retrained(search, trial, path)) }, "Retrain"),
  ];
}

const stateOf = ({ status, attempt: tried }) => `${status} ${tried}`;

const stopping = (trial) => ({ title: `Stop trial ${trial.number}?`, text: "It ends as cancelled. It can be retried, and then goes on from its checkpoint.", yes: "Stop the trial", danger: true });

async function wished(path, trial, question, again) {
  if (question && !(await confirmed(question))) return;
  const done = await attempt(() => post(path));
  if (done === undefined) return; // refused, which is told at the top
  asked = stateOf(trial);
  again();
}

/** Asks for what makes the full training, and goes to the search that it is. */
async function retrained(search, trial, path) {
  const task = search.document.task || {};
  const [height, width] = task.image_size || [];
  const numeric = { type: "number", min: 1, step: 1, required: true };
  const values = await answered({
    title: `Retrain trial ${trial.number}`,
    text: "Its architecture is trained anew on the full task, as a search of its own.",
    yes: "Retrain",
    fields: [
      { ...numeric, name: "epochs", label: "Epochs", value: task.epochs },
      ...(height ? [{ ...numeric, name: "height", label: "Height of pictures", value: height }, { ...numeric, name: "width", label: "Width of pictures", value: width }] : []),
      { ...numeric, name: "seeds", label: "Times, each with another seed", value: 1, max: MOST_SEEDS },
    ],
  });
  if (values === null) return;
  const made = await post(`${path}/retrain`, { changes: { task: changesOf(values, task) }, seeds: Number(values.seeds) });
  location.assign(`/searches/${made.id}`);
}

/** Only what differs from the task of the search: the rest is as the trial had it. */
function changesOf({ epochs, height, width }, task) {
  const changes = {};
  if (Number(epochs) !== task.epochs) changes.epochs = Number(epochs);
  const size = height === undefined ? null : [Number(height), Number(width)];
  if (size && size.join() !== task.image_size.join()) changes.image_size = size;
  return changes;
}
