// The curves of one metric of the trials that are compared, over each other.

import { byId } from "../dom.js";
import { plot } from "../plots.js";

const COLOURS = 6; // that the theme has for lines; a dash of its own tells lines apart, too
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash"];

/** Draws one curve of each trial: `curves` holds `{ number, curve }`, the curve missing where it was not measured. */
export function drawOverlaid(name, curves) {
  const kept = curves.map((each, place) => ({ ...each, place })).filter(({ curve }) => curve);
  const build = (c) => ({ data: kept.map((each) => trace(each, name, c)), layout: { xaxis: { title: { text: "epochs received" }, rangemode: "tozero" }, yaxis: { title: { text: name } } } });
  const label = `${name} of ${kept.map(({ number }) => `trial ${number}`).join(", ")} over the epochs received.`;
  return plot(byId("curves"), build, { label, empty: kept.length ? "" : "None of them has measured anything yet." });
}

function trace({ number, curve, place }, name, c) {
  return {
    type: "scatter", mode: "lines+markers", name: `trial ${number}`, x: curve.fidelity, y: curve.value,
    line: { color: c[`plot-${(place % COLOURS) + 1}`], width: 2, dash: DASHES[place] }, marker: { size: 5 },
    hovertemplate: `%{x} epochs: ${name} %{y:.5g}<extra>trial ${number}</extra>`,
  };
}
