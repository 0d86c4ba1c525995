// What every page does: the theme switch, what went wrong, whether it is live, where it is.

import { byId } from "./dom.js";
import { Problem } from "./rest.js";

const LIVE = { live: "Live", away: "Connecting again…", closed: "" };
const THEMES = { light: "Dark", dark: "Light" };
const listeners = new Set();

/** The parts of the path after the first, decoded: of /searches/abc/trials/7 ["abc", "trials", "7"]. */
export const place = location.pathname.split("/").slice(2).map(decodeURIComponent);

/** Calls back whenever the theme changes. */
export const onTheme = (listener) => listeners.add(listener);

/** Shows in the head of the page whether it is up to date by itself. */
export function showState(state) {
  const shown = byId("live");
  shown.hidden = !LIVE[state];
  shown.dataset.state = state;
  shown.textContent = LIVE[state];
}

/** Runs `work`; what it throws is told at the top of the page. */
export async function attempt(work) {
  try {
    const result = await work();
    tell(null);
    return result;
  } catch (error) {
    if (error.name !== "AbortError") tell(error);
    return undefined;
  }
}

/**
 * A function that runs `work(signal)` as `attempt` does, and gives up what it has begun before: of two answers the one to
 * the last question counts, whichever comes last.
 */
export function latest(work) {
  let running = null;
  return () => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    return attempt(() => work(signal));
  };
}

/** Tells an error in words; null takes it away. */
export function tell(error) {
  const shown = byId("problem");
  shown.hidden = error === null;
  if (error === null) return;
  const offline = error instanceof TypeError && !(error instanceof Problem) && /fetch|network/i.test(error.message);
  shown.textContent = offline ? "The service cannot be reached; trying again." : error.message;
  if (!offline && !(error instanceof Problem)) console.error(error);
}

/** The values of the address's query; `set` changes some of them, as a new entry of the history or in place. */
export const query = {
  get: (name) => new URLSearchParams(location.search).get(name),
  all: (name) => new URLSearchParams(location.search).getAll(name),
  set(values, { replace = false } = {}) {
    const parameters = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      parameters.delete(name);
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== null && each !== undefined && each !== "") parameters.append(name, each);
      }
    }
    const text = parameters.toString();
    history[replace ? "replaceState" : "pushState"](null, "", text ? `?${text}` : location.pathname);
  },
};

/** A function that calls `work` at most every `ms`, and once more after the last call. */
export function throttled(work, ms) {
  let timer = null;
  let last = -Infinity;
  const run = () => {
    timer = null;
    last = performance.now();
    work();
  };
  return () => {
    if (timer === null) timer = setTimeout(run, Math.max(0, last + ms - performance.now()));
  };
}

/** Asks in a dialog; resolves to whether the answer was yes. */
export const confirmed = async (question) => (await asked(question)) !== null;

/** Asks in a dialog with inputs of one's own `inside`; resolves to what they hold (`FormData`), or null for no. */
export function asked({ title, text, yes, danger = false, inside = null }) {
  const dialog = document.createElement("dialog");
  dialog.innerHTML = '<form method="dialog"><h2 id="asked"></h2><p></p><div class="actions"><button type="button">Back</button><button value="yes"></button></div></form>';
  dialog.setAttribute("aria-labelledby", "asked");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = text;
  if (inside) dialog.querySelector(".actions").before(inside);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  const button = dialog.querySelector('.actions [value="yes"]');
  button.textContent = yes;
  button.className = danger ? "danger" : "first";
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? new FormData(dialog.querySelector("form")) : null);
    });
  });
}

function switchTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme);
  setTheme(theme);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  nameSwitch();
  listeners.forEach((listener) => listener(theme));
}

function nameSwitch() {
  const other = THEMES[document.documentElement.dataset.theme];
  byId("theme").textContent = other;
  byId("theme").setAttribute("aria-label", `${other} theme`);
}

nameSwitch();
byId("theme").addEventListener("click", switchTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (!localStorage.getItem("theme")) setTheme(event.matches ? "dark" : "light");
});
