// Tables: the plain one, and the data table that sorts, filters and turns pages.

import { add, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

const DEFAULT_PAGE = 5; // rows, as Slack's data_table documents it

function cell(given) {
  if (given?.type === "rich_text") return richText(given);
  return given?.text ?? "";
}

function plain(given) {
  if (given?.type === "raw_number") return Number(given.value);
  if (given?.type !== "rich_text") return String(given?.text ?? "");
  const words = (one) => one.text ?? one.url ?? (one.elements ?? []).map(words).join(" ");
  return words(given);
}

export function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const look = (index) => {
    const { align, is_wrapped: wrapped } = settings[index] ?? {};
    return `${{ center: "align-center", right: "align-right" }[align] ?? ""} ${wrapped ? "" : "no-wrap"}`;
  };
  return h(
    "div",
    { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((one, index) => h("th", { scope: "col", class: look(index) }, cell(one))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((one, index) => h("td", { class: look(index) }, cell(one))),
          ),
        ),
      ),
    ),
  );
}

export function dataTable(block, surface) {
  const kept = surface.remember(block, { page: 0, sort: null, down: false, words: "" });
  return new DataTable(block, kept).node;
}

class DataTable {
  constructor(block, kept) {
    const [head = [], ...rows] = block.rows ?? [];
    Object.assign(this, { block, kept, head, rows, size: block.page_size ?? DEFAULT_PAGE });
    this.body = h("tbody");
    this.headRow = h("tr");
    this.foot = h("div", { class: "data-foot" });
    this.node = h(
      "div",
      { class: "data-table" },
      this.top(),
      h(
        "div",
        { class: "table-wrap", tabindex: "0", role: "region", "aria-label": block.caption },
        h("table", {}, h("caption", { class: "hidden-label" }, block.caption), h("thead", {}, this.headRow), this.body),
      ),
      this.foot,
    );
    this.draw();
  }

  top() {
    const search = h("input", {
      type: "search",
      class: "input input-filter",
      placeholder: "Filter",
      "aria-label": `Filter ${this.block.caption}`,
    });
    search.value = this.kept.words;
    search.addEventListener("input", () => {
      Object.assign(this.kept, { words: search.value, page: 0 });
      this.draw();
    });
    return h("div", { class: "data-top" }, h("strong", {}, this.block.caption), this.rows.length > this.size && search);
  }

  shown() {
    const { words, sort, down } = this.kept;
    const wanted = words.trim().toLowerCase();
    const rows = wanted
      ? this.rows.filter((row) => row.some((one) => String(plain(one)).toLowerCase().includes(wanted)))
      : [...this.rows];
    const order = (a, b) =>
      typeof a === "number" && typeof b === "number"
        ? a - b
        : String(a).localeCompare(String(b), "en", { numeric: true });
    if (sort !== null) rows.sort((a, b) => order(plain(a[sort]), plain(b[sort])) * (down ? -1 : 1));
    return rows;
  }

  draw() {
    const rows = this.shown();
    const pages = Math.max(1, Math.ceil(rows.length / this.size));
    this.kept.page = Math.min(this.kept.page, pages - 1);
    const from = this.kept.page * this.size;
    const header = this.block.row_header_column_index ?? 0;
    const align = (one) => (one?.type === "raw_number" ? "align-right" : null);
    fill(
      this.headRow,
      this.head.map((one, index) => this.column(one, index)),
    );
    fill(
      this.body,
      rows.slice(from, from + this.size).map((row) =>
        h(
          "tr",
          {},
          row.map((one, index) =>
            index === header
              ? h("th", { scope: "row", class: align(one) }, cell(one))
              : h("td", { class: align(one) }, cell(one)),
          ),
        ),
      ),
    );
    if (!rows.length)
      add(this.body, [
        h("tr", {}, h("td", { colspan: String(this.head.length), class: "nothing" }, "Nothing matches.")),
      ]);
    this.pager(rows.length, from, pages);
  }

  column(one, index) {
    const { sort, down } = this.kept;
    const click = () => {
      Object.assign(this.kept, { sort: index, down: sort === index ? !down : false });
      this.draw();
      this.headRow.children[index].querySelector("button").focus();
    };
    const sorted = sort === index ? (down ? "descending" : "ascending") : "none";
    return h(
      "th",
      { scope: "col", "aria-sort": sorted, class: this.rows[0]?.[index]?.type === "raw_number" ? "align-right" : null },
      h(
        "button",
        { type: "button", class: "sorter", on: { click } },
        cell(one),
        icon(sort === index ? "down" : "sort"),
      ),
    );
  }

  pager(count, from, pages) {
    const turn = (by, name, label) => {
      const to = this.kept.page + by;
      const click = () => {
        this.kept.page = to;
        this.draw();
        (
          this.foot.querySelector(`[aria-label="${label}"]:not(:disabled)`) ??
          this.foot.querySelector("button:not(:disabled)")
        )?.focus();
      };
      return h(
        "button",
        { type: "button", class: "icon-button", "aria-label": label, disabled: to < 0 || to >= pages, on: { click } },
        icon(name),
      );
    };
    this.foot.hidden = pages === 1 && !this.kept.words;
    fill(
      this.foot,
      h("span", { role: "status" }, count ? `${from + 1}–${Math.min(from + this.size, count)} of ${count}` : "0 rows"),
      turn(-1, "back", "Previous page"),
      turn(1, "right", "Next page"),
    );
  }
}
