// The standard Markdown of the markdown block; raw HTML in it is text like any other.

import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

export function markdown(text) {
  return h("div", { class: "text markdown" }, new Blocks(String(text ?? "").split(/\r?\n/)).nodes());
}

class Blocks {
  constructor(lines, depth = 0) {
    Object.assign(this, { lines, depth, at: 0 });
  }

  nodes() {
    const out = [];
    while (this.at < this.lines.length) {
      if (this.lines[this.at].trim() === "") this.at += 1;
      else out.push(this.fence() ?? this.heading() ?? this.quote() ?? this.table() ?? this.list() ?? this.paragraph());
    }
    return out;
  }

  get line() {
    return this.lines[this.at];
  }

  fence() {
    const open = FENCE.exec(this.line);
    if (!open) return null;
    const from = ++this.at;
    while (this.at < this.lines.length && !this.line.trim().startsWith(open[1])) this.at += 1;
    const code = this.lines.slice(from, this.at++).join("\n");
    return h("pre", {}, code);
  }

  heading() {
    if (RULE.test(this.line)) {
      this.at += 1;
      return h("hr");
    }
    const match = HEADING.exec(this.line);
    if (!match) return null;
    this.at += 1;
    return h(
      "p",
      { class: `md-h md-h${Math.min(match[1].length, 4)}`, role: "heading", "aria-level": String(match[1].length + 2) },
      inline(match[2]),
    );
  }

  quote() {
    if (!/^ {0,3}>/.test(this.line) || this.depth > 5) return null;
    const inner = [];
    while (this.at < this.lines.length && /^ {0,3}>/.test(this.line))
      inner.push(this.lines[this.at++].replace(/^ {0,3}> ?/, ""));
    return h("blockquote", {}, new Blocks(inner, this.depth + 1).nodes());
  }

  table() {
    if (
      !this.line.includes("|") ||
      !TABLE_RULE.test(this.lines[this.at + 1] ?? "") ||
      !this.lines[this.at + 1].includes("-")
    )
      return null;
    const cells = (line) =>
      line
        .trim()
        .replace(/^\||\|$/g, "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|"));
    const head = cells(this.line);
    this.at += 2;
    const rows = [];
    while (this.at < this.lines.length && this.line.includes("|")) rows.push(cells(this.lines[this.at++]));
    return h(
      "div",
      { class: "table-wrap", tabindex: "0" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            head.map((cell) => h("th", { scope: "col" }, inline(cell))),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map((row) =>
            h(
              "tr",
              {},
              head.map((_, index) => h("td", {}, inline(row[index] ?? ""))),
            ),
          ),
        ),
      ),
    );
  }

  list() {
    const first = ITEM.exec(this.line);
    if (!first || this.depth > 8) return null;
    const ordered = /\d/.test(first[2]);
    const list = h(ordered ? "ol" : "ul", {
      start: ordered && parseInt(first[2], 10) !== 1 ? String(parseInt(first[2], 10)) : null,
    });
    while (this.at < this.lines.length) {
      const match = ITEM.exec(this.line);
      if (!match || match[1].length !== first[1].length || /\d/.test(match[2]) !== ordered) break;
      this.at += 1;
      list.append(this.item(match));
    }
    return list;
  }

  item(match) {
    const indent = match[1].length;
    const inner = [match[3]];
    const deeper = (line) => line.length - line.trimStart().length > indent;
    while (
      this.at < this.lines.length &&
      (this.line.trim() === "" ? deeper(this.lines[this.at + 1] ?? "") : deeper(this.line))
    )
      inner.push(this.lines[this.at++].slice(indent + 1));
    const nested = inner.slice(1);
    const unindent = Math.min(
      ...nested.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length),
      8,
    );
    const task = /^\[([ xX])\]\s+(.*)$/.exec(inner[0]);
    const box =
      task &&
      h(
        "span",
        { class: "md-task", role: "img", "aria-label": task[1] === " " ? "not done" : "done" },
        task[1] === " " ? "☐\uFE0E" : "☑\uFE0E",
      );
    return h(
      "li",
      {},
      box,
      inline(task ? task[2] : inner[0]),
      new Blocks(
        nested.map((line) => line.slice(unindent)),
        this.depth + 1,
      ).nodes(),
    );
  }

  paragraph() {
    const lines = [this.lines[this.at++]];
    const ends = (line) =>
      line.trim() === "" ||
      FENCE.test(line) ||
      HEADING.test(line) ||
      RULE.test(line) ||
      ITEM.test(line) ||
      /^ {0,3}>/.test(line);
    while (this.at < this.lines.length && !ends(this.line)) lines.push(this.lines[this.at++]);
    return h(
      "p",
      {},
      lines.flatMap((line, index) => [index ? h("br") : null, ...inline(line.trimStart())]),
    );
  }
}

const INLINE = [
  [/^\\([!-/:-@[-`{-~])/, (m) => m[1]],
  [/^(`+)(.+?)\1(?!`)/, (m) => h("code", {}, m[2].trim())],
  [/^!\[([^\]\n]*)\]\([^()\s]*(?:\s+"[^"]*")?\)/, (m) => h("span", { class: "image-alt" }, m[1] || "image")],
  [
    /^\[([^\]\n]+)\]\(<?([^()\s<>]+(?:\([^()\s]*\)[^()\s]*)?)>?(?:\s+"[^"]*")?\)/,
    (m, depth) => link(m[2], inline(m[1], depth)),
  ],
  [/^<((?:https?:|mailto:)[^<>\s]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"*_~]/, (m) => link(m[0], m[0])],
  [/^\*\*(?=\S)(.+?\S?)\*\*/, (m, depth) => h("strong", {}, inline(m[1], depth))],
  [/^__(?=\S)(.+?)__(?!\w)/, (m, depth) => h("strong", {}, inline(m[1], depth))],
  [/^~~(?=\S)(.+?)~~/, (m, depth) => h("s", {}, inline(m[1], depth))],
  [/^\*(?=[^\s*])([^*]+?)\*/, (m, depth) => h("em", {}, inline(m[1], depth))],
  [/^_(?=[^\s_])([^_]+?)_(?!\w)/, (m, depth) => h("em", {}, inline(m[1], depth))],
  [/^:([a-z0-9_+-]+):/, (m) => emoji(m[1])],
];
const STARTS = /[\\`![<*_~:h]/;
const DEEPEST = 6;

function inline(text, depth = 0) {
  if (depth > DEEPEST) return [text];
  const out = [];
  let run = "";
  for (let at = 0; at < text.length;) {
    const found = STARTS.test(text[at]) ? first(text, at, depth + 1) : null;
    if (found) {
      out.push(run, found.node);
      run = "";
      at += found.length;
    } else run += text[at++];
  }
  return [...out, run].filter((node) => node !== "");
}

// 12,000 characters is the block's limit: looking 3,000 ahead keeps hostile text from costing its square.
function first(text, at, depth) {
  const rest = text.slice(at, at + 3000);
  const inWord = /\w/.test(text[at - 1] ?? " ");
  for (const [pattern, make] of INLINE) {
    const match = inWord && /[_h]/.test(text[at]) ? null : pattern.exec(rest);
    const node = match && make(match, depth);
    if (node) return { node, length: match[0].length };
  }
  return null;
}
