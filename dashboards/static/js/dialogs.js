// Dialogs that ask for values.

import { element } from "./dom.js";

/**
 * Asks for the `fields`, each `{ name, label, value, type, ... }` with attributes of its input, or `{ name, label, options }`
 * with words by value; resolves to the values by name as they were typed, or to null when nothing is to be done.
 */
export function answered({ title, text, fields, yes }) {
  const inputs = fields.map(({ label, ...rest }) => element("label", { class: "field" }, element("span", {}, label), rest.options ? choice(rest) : element("input", { autocomplete: "off", ...rest })));
  const back = element("button", { value: "", formnovalidate: true }, "Back");
  const form = element("form", { method: "dialog" }, element("h2", {}, title), element("p", {}, text), inputs, element("div", { class: "actions" }, back, element("button", { value: "yes", class: "first" }, yes)));
  const dialog = element("dialog", { "aria-label": title }, form);
  document.body.append(dialog);
  // Enter in a field presses the first button that sends: that must not be the way back.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('[value="yes"]'));
  });
  dialog.showModal();
  form.querySelector("input")?.select?.();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
    });
  });
}

const choice = ({ name, options }) => element("select", { name }, Object.entries(options).map(([value, words]) => element("option", { value }, words)));
