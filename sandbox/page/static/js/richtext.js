// rich_text blocks: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { breakLines } from "./mrkdwn.js";
import { channelMention, mention } from "./names.js";
import { slackDate } from "./time.js";
import { zone } from "./store.js";

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

const PARTS = {
  text: (part) => breakLines(part.text ?? ""),
  link: (part) => [link(part.url, part.text || part.url)],
  user: (part) => [mention(part.user_id)],
  channel: (part) => [channelMention(part.channel_id)],
  usergroup: (part) => [h("span", { class: "mention" }, `@${part.usergroup_id}`)],
  team: (part) => [h("span", { class: "mention" }, part.team_id)],
  broadcast: (part) => [h("span", { class: "mention" }, `@${part.range}`)],
  emoji: (part) => [
    h(
      "span",
      { class: "emoji", title: `:${part.name}:` },
      emoji(part.name) ?? fromCodes(part.unicode) ?? `:${part.name}:`,
    ),
  ],
  date: (part) => [h("time", {}, slackDate(part.timestamp, part.format ?? "{date}", zone()))],
  color: (part) => [h("code", {}, part.value)],
};

function fromCodes(unicode) {
  return /^[0-9a-f]{1,5}(-[0-9a-f]{1,5})*$/i.test(unicode ?? "")
    ? String.fromCodePoint(...unicode.split("-").map((code) => Math.min(parseInt(code, 16), 0x10ffff)))
    : null;
}

function part(piece) {
  let nodes = PARTS[piece.type]?.(piece) ?? [piece.text ?? ""];
  for (const [style, tag] of STYLES) if (piece.style?.[style]) nodes = [h(tag, {}, nodes)];
  return nodes;
}

const parts = (element) => (element.elements ?? []).flatMap(part);

function textOf(element) {
  return (element.elements ?? []).map((piece) => piece.text ?? piece.url ?? "").join("");
}

// A list of deeper indent belongs inside the last item of the list before it.
function addList(element, nodes, open) {
  const depth = Math.min(element.indent ?? 0, 8);
  const list = h(
    element.style === "ordered" ? "ol" : "ul",
    { class: `indent-${depth % 3}`, start: element.offset ? element.offset + 1 : null },
    (element.elements ?? []).map((item) => h("li", {}, item.type === "rich_text_list" ? [] : parts(item))),
  );
  while (open.length && open.at(-1).depth >= depth) open.pop();
  const parent = open.at(-1)?.list.lastElementChild;
  if (parent) parent.append(list);
  else nodes.push(list);
  open.push({ depth, list });
}

export function richText(block) {
  const nodes = [];
  let open = [];
  for (const element of block.elements ?? []) {
    if (element.type === "rich_text_list") {
      addList(element, nodes, open);
      continue;
    }
    open = [];
    if (element.type === "rich_text_preformatted") nodes.push(h("pre", {}, textOf(element)));
    else if (element.type === "rich_text_quote") nodes.push(h("blockquote", {}, parts(element)));
    else nodes.push(h("div", { class: "rich-section" }, parts(element)));
  }
  return h("div", { class: "text rich" }, nodes);
}
