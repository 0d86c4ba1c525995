// A trained trial taken home: asked for in a format, followed until it is there, downloaded.

import { answered } from "../dialogs.js";
import { byId, element } from "../dom.js";
import { attempt } from "../page.js";
import { get, post } from "../rest.js";

const LOOK_MS = 1500; // between two looks at an export that is carried out
const MODEL = "model";
const FORMATS = { pt2: "pt2: a program of torch.export", onnx: "onnx: for ONNX Runtime", state_dict: "state_dict: the weights alone" };
let followed = 0; // counts what was asked for: only the last is told of

/** Whether the trial has left a network that can be exported. */
export const exportable = (trial) => trial.artifacts.some(({ name }) => name === MODEL);

/** Asks for the format, then for the export, and tells how far it is until it can be downloaded. */
export async function exported(trial, path) {
  const text = "A zip file: the network, its architecture and metrics, how pictures are prepared, a script that predicts. The network is judged again on the way.";
  const values = await answered({ title: `Export trial ${trial.number}`, text, yes: "Export", fields: [{ name: "format", label: "Format", options: FORMATS }] });
  if (values !== null) await follow(path, values.format);
}

async function follow(path, format) {
  const mine = ++followed;
  let found = await post(`${path}/export`, { format });
  while (mine === followed) {
    tell(found);
    if (found.state !== "asked") return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    found = (await attempt(() => get(`${path}/export`, { format }))) || found;
  }
}

function tell({ state, format, reason, download }) {
  const shown = byId("export");
  shown.hidden = false;
  shown.className = state === "failed" ? "failure" : "muted";
  const words = { asked: [`Exporting as ${format}…`], failed: [`The export as ${format} failed: ${reason}`], ready: [`Exported as ${format}: `, element("a", { href: download, download: true }, "Download")] };
  shown.replaceChildren(...words[state]);
}
