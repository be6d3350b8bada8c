// A list of messages that redraws only what changed and keeps its place while doing so.

import { h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { authorOf } from "./names.js";
import { fileList, messageNode, statusNode } from "./messages.js";
import { state, zone } from "./store.js";
import { dayKey, dayLabel, moment } from "./time.js";

const SAME_BREATH = 5 * 60; // seconds within which messages of one author stand together
const AT_END = 80; // pixels from the end that still count as reading the newest

export class MessageList {
  constructor(label, { thread = false } = {}) {
    this.thread = thread;
    this.items = new Map(); // key → {node, mark}
    this.ol = h("ol", {
      class: "messages",
      role: "log",
      "aria-live": "polite",
      "aria-relevant": "additions",
      "aria-label": label,
    });
    this.jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, on: { click: () => this.toEnd() } },
      icon("down"),
      "Newest messages",
    );
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": label }, this.ol);
    this.node = h("div", { class: "list" }, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => {
      if (this.atEnd()) this.jump.hidden = true;
    });
    new ResizeObserver(() => {
      if (this.stuck) this.toEnd();
    }).observe(this.ol);
  }

  atEnd() {
    this.stuck = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < AT_END;
    return this.stuck;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.jump.hidden = true;
  }

  // Another conversation: nothing of the one before is kept, and nothing of it is read aloud.
  reset() {
    this.items.clear();
    this.ol.replaceChildren();
    this.stuck = true;
    this.fresh = true;
  }

  show(items, { before = [] } = {}) {
    const stuck = this.stuck ?? true;
    this.ol.setAttribute("aria-busy", String(Boolean(this.fresh)));
    const added = this.reconcile([...before, ...items]);
    this.fresh = false;
    this.ol.setAttribute("aria-busy", "false");
    if (stuck || added.some((item) => item.own)) this.toEnd();
    else if (added.some((item) => item.isMessage)) this.jump.hidden = false;
  }

  reconcile(items) {
    const added = [];
    const keep = new Set(items.map((item) => item.key));
    for (const [key, { node }] of this.items) {
      if (keep.has(key)) continue;
      node.remove();
      this.items.delete(key);
    }
    let after = null;
    for (const item of items) {
      const known = this.items.get(item.key);
      const node = known?.mark === item.mark ? known.node : this.replace(known, item);
      if (!known) added.push(item);
      if ((after ? after.nextSibling : this.ol.firstChild) !== node)
        this.ol.insertBefore(node, after ? after.nextSibling : this.ol.firstChild);
      after = node;
    }
    return added;
  }

  replace(known, item) {
    const node = item.build();
    if (known) {
      const focused = focusPath(known.node);
      known.node.replaceWith(node);
      if (focused) (node.querySelector(focused) ?? this.scroller).focus({ preventScroll: true });
    }
    this.items.set(item.key, { node, mark: item.mark });
    return node;
  }
}

function focusPath(node) {
  const active = document.activeElement;
  if (!node.contains(active)) return null;
  if (active.dataset.action) return `[data-action="${CSS.escape(active.dataset.action)}"]`;
  return active.tagName === "TEXTAREA" ? "textarea" : "button, a, summary";
}

// Messages with the days between them, what is on its way, and what the app is doing.
export function itemsOf({ messages, channel, thread = null, status = null }) {
  const items = [];
  let day = thread === null ? null : dayOf(messages[0]);
  let earlier = null;
  const whispers = state.ephemerals
    .filter((one) => one.channel === channel && one.thread === thread)
    .map((one) => ({ ...one.message, whispered: true }));
  const all = [...messages, ...whispers].sort((a, b) => Number(a.ts) - Number(b.ts));
  for (const message of all) {
    const key = dayOf(message);
    if (key !== day) {
      items.push(dayItem(key, message));
      earlier = null;
    }
    day = key;
    items.push(messageItem(message, { channel, thread, compact: follows(message, earlier) }));
    earlier = message;
    if (message.ts === thread && all.length > 1) items.push(ruleItem(all.length - 1));
  }
  items.push(...state.pending.filter((one) => one.channel === channel && one.thread === thread).map(pendingItem));
  if (status)
    items.push({
      key: "status",
      mark: JSON.stringify(status),
      build: () => h("li", { class: "status-row" }, statusNode(status)),
    });
  return items;
}

function follows(message, earlier) {
  return (
    Boolean(earlier) &&
    !earlier.whispered &&
    !message.whispered &&
    earlier.subtype !== "tombstone" &&
    !message.files?.length &&
    earlier.ts !== message.thread_ts &&
    authorOf(earlier).id === authorOf(message).id &&
    Number(message.ts) - Number(earlier.ts) < SAME_BREATH &&
    !earlier.reply_count
  );
}

function dayOf(message) {
  return message ? dayKey(moment(message.ts), zone()) : null;
}

function ruleItem(count) {
  const label = count === 1 ? "1 reply" : `${count} replies`;
  return { key: "rule", mark: label, build: () => h("li", { class: "reply-rule" }, label) };
}

function dayItem(key, message) {
  const label = dayLabel(moment(message.ts), zone());
  return { key: `day ${key}`, mark: label, build: () => h("li", { class: "day" }, h("span", {}, label)) };
}

function messageItem(message, { channel, thread, compact }) {
  const root = thread === null;
  const seen = root ? [state.statuses.get(message.ts), state.thread === message.ts] : [];
  const mark = JSON.stringify([message, compact, state.editing === message.ts, zone(), ...seen]);
  const build = () => messageNode(message, { channel, compact, thread: !root, ephemeral: Boolean(message.whispered) });
  return { key: message.ts, mark, build, isMessage: true };
}

function pendingItem(sent) {
  const build = () =>
    h(
      "li",
      { class: sent.error ? "message pending failed" : "message pending" },
      h("div", { class: "gutter" }, avatar(authorOf({ user: state.me.id }))),
      h(
        "div",
        { class: "message-main" },
        h(
          "div",
          { class: "message-head" },
          h("span", { class: "author" }, authorOf({ user: state.me.id }).name),
          !sent.error && h("span", { class: "stamp" }, "Sending…"),
        ),
        h("div", { class: "text message-content", dir: "auto" }, sent.text),
        fileList(sent.files),
        sent.error &&
          h(
            "div",
            { class: "send-failure", role: "alert" },
            icon("warn"),
            h("span", {}, `Not sent: ${sent.error}`),
            h("button", { type: "button", class: "link-button", on: { click: sent.retry } }, "Try again"),
            h("button", { type: "button", class: "link-button", on: { click: sent.discard } }, "Discard"),
          ),
      ),
    );
  return { key: `pending ${sent.id}`, mark: `${sent.error}`, build, own: true };
}
