// Slack's mrkdwn, as DOM nodes: https://docs.slack.dev/messaging/formatting-message-text

import { h, link, visible } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { mention, channelMention } from "./names.js";
import { slackDate } from "./time.js";
import { zone } from "./store.js";

const WRAPPERS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

// Slack escapes exactly these three; anything else that looks like an entity is text.
export function decode(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

export function plainText(object) {
  if (!object) return "";
  const text = typeof object === "string" ? object : (object.text ?? "");
  return visible(object.emoji === false ? text : withEmoji(text));
}

export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string" || object.type !== "mrkdwn") return breakLines(plainText(object));
  return mrkdwn(object.text);
}

export function breakLines(text) {
  return text
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]))
    .filter((part) => part !== "");
}

export function mrkdwn(text) {
  const nodes = [];
  const fence = /```\n?([\s\S]+?)\n?```/g;
  let from = 0;
  for (const match of String(text ?? "").matchAll(fence)) {
    nodes.push(...quotes(trimmed(text.slice(from, match.index), from > 0, true)));
    nodes.push(h("pre", {}, decode(labels(match[1]))));
    from = match.index + match[0].length;
  }
  nodes.push(...quotes(trimmed(String(text ?? "").slice(from), from > 0, false)));
  return nodes;
}

// A block already breaks the line before and after itself.
function trimmed(text, afterBlock, beforeBlock) {
  let result = text;
  if (afterBlock) result = result.replace(/^\n/, "");
  if (beforeBlock) result = result.replace(/\n$/, "");
  return result;
}

// Inside code a link is its label, as Slack shows it.
function labels(text) {
  return text.replace(/<([^<>\n]+)>/g, (_, inner) => inner.split("|").at(-1));
}

function quotes(text) {
  const nodes = [];
  let plain = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join("\n"))));
    if (plain.length) nodes.push(...inline(plain.join("\n")));
    quoted = [];
    plain = [];
  };
  const lines = text === "" ? [] : text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const whole = /^(?:&gt;|>){3} ?(.*)$/.exec(lines[at]);
    const one = /^(?:&gt;|>) ?(.*)$/.exec(lines[at]);
    if ((whole || one) && plain.length) flush();
    if (!whole && !one && quoted.length) flush();
    if (whole) {
      quoted.push(whole[1], ...lines.slice(at + 1));
      break;
    }
    if (one) quoted.push(one[1]);
    else plain.push(lines[at]);
  }
  flush();
  return nodes;
}

export function inline(text, inside = "") {
  return new Inline(text, inside).nodes();
}

class Inline {
  constructor(text, inside) {
    this.text = text;
    this.inside = inside; // the wrappers we are in: none opens within itself, so the depth is bounded
    this.at = 0;
    this.out = [];
    this.run = "";
    this.hopeless = {}; // wrapper → end of the line on which it is known never to close
  }

  nodes() {
    while (this.at < this.text.length) {
      const node = this.special(this.text[this.at]);
      if (node === null) {
        this.run += this.text[this.at];
        this.at += 1;
      } else {
        this.flush();
        this.out.push(node);
      }
    }
    this.flush();
    return this.out;
  }

  flush() {
    if (this.run) this.out.push(document.createTextNode(visible(decode(this.run))));
    this.run = "";
  }

  special(c) {
    if (c === "\n") return this.take(1, h("br"));
    if (c === "`") return this.code();
    if (c === "<") return this.angle();
    if (c === ":") return this.emoji();
    if (WRAPPERS[c] && !this.inside.includes(c)) return this.wrapped(c);
    return null;
  }

  take(length, node) {
    this.at += length;
    return node;
  }

  code() {
    const match = /^`([^`\n]+)`/.exec(this.text.slice(this.at, this.at + 3000));
    return match && this.take(match[0].length, h("code", {}, decode(labels(match[1]))));
  }

  angle() {
    const match = /^<([^<>\n]+)>/.exec(this.text.slice(this.at, this.at + 4000));
    return match && this.take(match[0].length, reference(match[1]));
  }

  emoji() {
    const match = /^:([a-z0-9_+-]+):/.exec(this.text.slice(this.at, this.at + 60));
    const picture = match && emoji(match[1]);
    return picture ? this.take(match[0].length, h("span", { class: "emoji", title: match[0] }, picture)) : null;
  }

  wrapped(c) {
    const before = this.text[this.at - 1] ?? " ";
    if (WORD.test(before) || /[\s*_~]/.test(this.text[this.at + 1] ?? " ") || this.hopeless[c] > this.at) return null;
    const end = this.closing(c);
    if (end === -1) return null;
    const inner = this.text.slice(this.at + 1, end);
    return this.take(inner.length + 2, h(WRAPPERS[c], {}, inline(inner, this.inside + c)));
  }

  closing(c) {
    const { text } = this;
    let at = this.at + 1;
    for (; at < text.length && text[at] !== "\n"; at += 1) {
      const skip = { "`": "`", "<": ">" }[text[at]];
      const to = skip ? text.indexOf(skip, at + 1) : -1;
      if (to !== -1 && !text.slice(at, to).includes("\n")) at = to;
      else if (text[at] === c && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
    }
    this.hopeless[c] = at;
    return -1;
  }
}

function reference(inner) {
  const bar = inner.indexOf("|");
  const target = bar === -1 ? inner : inner.slice(0, bar);
  const label = bar === -1 ? null : decode(inner.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateReference(target, label);
  if (target.startsWith("!"))
    return h("span", { class: "mention" }, `@${label?.replace(/^@/, "") ?? target.slice(1).split("^")[0]}`);
  const address = decode(target);
  return link(address, label ?? address.replace(/^mailto:/, ""));
}

function dateReference(target, fallback) {
  const [, seconds, pattern, address] = target.split("^");
  const date = Number(seconds);
  const text = Number.isFinite(date) && pattern ? slackDate(date, pattern, zone()) : (fallback ?? "");
  return address
    ? link(decode(address), text)
    : h("time", { datetime: Number.isFinite(date) ? new Date(date * 1000).toISOString() : null }, text);
}
