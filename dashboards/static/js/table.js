// Tables of rows that come and change: headings that sort, rows that stay where they are when nothing about them changed.

import { element } from "./dom.js";

/**
 * A table inside `table`. Columns: `id`, `label`, `render(row)` -> text or node; optional `number` (right-aligned),
 * `sort` (can be sorted by), `head` (heads its row), `later` (left out on narrow screens), `title`.
 */
export class DataTable {
  constructor(table, { columns, key, caption, empty = "Nothing here.", onSort = null }) {
    Object.assign(this, { table, key, empty, onSort, sort: null, shown: new Map() });
    this.head = element("tr");
    this.body = element("tbody");
    table.replaceChildren(element("caption", { class: "seen-by-readers" }, caption), element("thead", {}, this.head), this.body);
    this.setColumns(columns);
  }

  /** Other columns; the rows are drawn again at the next `show`. */
  setColumns(columns) {
    this.columns = columns;
    this.shown.clear();
    this.drawHead();
  }

  /** Marks the column that rows are sorted by: `{ id, descending }`. */
  setSort(sort) {
    this.sort = sort;
    this.drawHead();
  }

  /** Shows these rows. One that is as before keeps its elements, and so the focus and what is selected. */
  show(rows) {
    const kept = new Map();
    const drawn = rows.map((row) => {
      const key = this.key(row);
      const text = JSON.stringify(row);
      const before = this.shown.get(key);
      const entry = before && before.text === text ? before : { text, node: this.row(row) };
      kept.set(key, entry);
      return entry.node;
    });
    this.shown = kept;
    const nothing = element("tr", {}, element("td", { class: "empty", colspan: this.columns.length }, this.empty));
    this.arrange(drawn.length ? drawn : [nothing]);
  }

  /** Puts the nodes in place, moving only those that are not. */
  arrange(nodes) {
    nodes.forEach((node, place) => {
      if (this.body.children[place] !== node) this.body.insertBefore(node, this.body.children[place] || null);
    });
    while (this.body.children.length > nodes.length) this.body.lastChild.remove();
  }

  row(row) {
    return element("tr", {}, this.columns.map((column) => this.cell(column, column.render(row))));
  }

  cell(column, content) {
    const attributes = { class: classes(column), scope: column.head ? "row" : null };
    return element(column.head ? "th" : "td", attributes, content);
  }

  drawHead() {
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    this.head.replaceChildren(...this.columns.map((column) => this.heading(column)));
    if (focused) this.head.querySelector(`[data-column="${CSS.escape(focused)}"]`)?.focus();
  }

  heading(column) {
    const sorted = this.sort?.id === column.id ? (this.sort.descending ? "descending" : "ascending") : null;
    const attributes = { scope: "col", class: classes(column), "aria-sort": sorted, title: column.title };
    if (!column.sort) return element("th", attributes, column.label);
    const button = element("button", { type: "button", "data-column": column.id, onclick: () => this.onSort(column.id) }, column.label);
    return element("th", attributes, button);
  }
}

/** Buttons that leaf through a list by cursors; the browser's own way back works, too. */
export class Pager {
  constructor(nav, { onFirst, onNext }) {
    this.told = element("span", { role: "status" });
    this.first = element("button", { type: "button", onclick: onFirst }, "First page");
    this.next = element("button", { type: "button", onclick: () => onNext(this.cursor) }, "Next page");
    nav.classList.add("pager");
    nav.replaceChildren(this.told, this.first, this.next);
  }

  /** `first`: this is the first page; `cursor`: where the next one starts, null on the last. */
  show({ first, cursor, told = "" }) {
    this.cursor = cursor;
    this.told.textContent = told;
    this.first.disabled = first;
    this.next.disabled = !cursor;
  }
}

function classes(column) {
  const names = [column.number && "number", column.later && "later"].filter(Boolean);
  return names.length ? names.join(" ") : null;
}
