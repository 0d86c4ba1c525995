// Numbers, times and names as people read them.

const COUNTS = /(^|_)(params|macs|size_bytes)$/;
const SCALES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const UNITS = [[31557600, "year"], [2629800, "month"], [604800, "week"], [86400, "day"], [3600, "hour"], [60, "minute"]];

/** What is missing. */
export const NONE = "–";

/** A whole number with its thousands separated. */
export const whole = (value) => value.toLocaleString("en-US");

/** A number to about four digits. */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return NONE;
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return whole(value);
  const size = Math.abs(value);
  if (size >= 1e5) return scaled(value, digits);
  if (size !== 0 && size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(digits)));
}

/** A metric by its name: counts in k, M, G to four digits; everything else to four digits that line up. */
export function metric(name, value) {
  if (value === null || value === undefined) return NONE;
  if (COUNTS.test(name)) return Math.abs(value) < 1e5 ? number(value) : scaled(value, 4);
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(4) : number(value);
}

function scaled(value, digits) {
  const [unit, letter] = SCALES.find(([size]) => Math.abs(value) >= size) || [1, ""];
  return `${(value / unit).toPrecision(digits)}${letter && ` ${letter}`}`;
}

/** A share as 12 % or 0.4 %. */
export const percent = (share) => `${(100 * share).toFixed(share < 0.0995 && share > 0 ? 1 : 0)} %`;

/** Seconds as 42 s, 3 min 5 s, 2 h 10 min, 3 d 4 h. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${seconds < 10 ? Math.max(0, seconds).toFixed(1) : s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** Seconds between two moments; to now where the second is missing. */
export function between(start, end) {
  return start ? ((end ? Date.parse(end) : Date.now()) - Date.parse(start)) / 1000 : null;
}

/** A moment in full. */
export const moment = (text) => (text ? MOMENT.format(new Date(text)) : NONE);

/** The time of day, and the day if that is not today. */
export function clock(text) {
  const date = new Date(text);
  const today = new Date().toDateString() === date.toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)} ${CLOCK.format(date)}`;
}

/** How long ago a moment was. */
export function ago(text) {
  if (!text) return NONE;
  const seconds = (Date.parse(text) - Date.now()) / 1000;
  const [size, unit] = UNITS.find(([length]) => Math.abs(seconds) >= length) || [1, "second"];
  return unit === "second" ? "just now" : RELATIVE.format(Math.round(seconds / size), unit);
}
