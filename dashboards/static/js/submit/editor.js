// The text of a document with its line numbers, and what is wrong with it, line by line.

import { byId, element } from "../dom.js";

/** The text inside `textarea`; `onChange(text)` is told whenever somebody has typed. */
export class Editor {
  constructor({ textarea, lines, problems, onChange }) {
    Object.assign(this, { textarea, lines, problems, wrong: new Set() });
    textarea.addEventListener("input", () => {
      this.number();
      onChange(textarea.value);
    });
    textarea.addEventListener("scroll", () => (lines.scrollTop = textarea.scrollTop));
  }

  /** Another text; what was typed meanwhile stays. */
  show(text) {
    if (document.activeElement !== this.textarea && this.textarea.value !== text) this.textarea.value = text;
    this.number();
  }

  /** Lists the problems; each leads to its line. */
  mark(problems) {
    this.wrong = new Set(problems.map(({ line }) => line).filter(Boolean));
    this.problems.replaceChildren(...problems.map((problem) => this.entry(problem)));
    this.textarea.setAttribute("aria-invalid", String(problems.length > 0));
    this.number();
  }

  entry({ field, message, line }) {
    const place = line ? element("button", { type: "button", class: "quiet", onclick: () => this.goTo(line) }, `line ${line}`) : null;
    const named = /^line \d+$/.test(field) || field === "document" ? null : element("code", {}, field);
    return element("li", {}, place, named, named ? " " : null, message);
  }

  goTo(line) {
    const before = this.textarea.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = this.textarea.value.indexOf("\n", before);
    this.textarea.focus();
    this.textarea.setSelectionRange(before, end < 0 ? this.textarea.value.length : end);
    const height = this.textarea.scrollHeight / this.textarea.value.split("\n").length;
    this.textarea.scrollTop = Math.max(0, (line - 4) * height);
  }

  number() {
    const count = this.textarea.value.split("\n").length;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    this.lines.replaceChildren(...numbers.map((line) => element("span", { class: this.wrong.has(line) ? "wrong" : null }, `${line}\n`)));
    this.lines.scrollTop = this.textarea.scrollTop;
  }
}

/** The editor of the page. */
export const editorOf = (onChange) => new Editor({ textarea: byId("text"), lines: byId("lines"), problems: byId("problems"), onChange });
