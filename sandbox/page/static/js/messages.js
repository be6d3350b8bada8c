// One message: author, time, text or blocks, files, and what its reader may do with it.

import { post, read } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { editor } from "./composer.js";
import { ask } from "./dialog.js";
import { h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { authorOf, botName } from "./names.js";
import { notice } from "./notice.js";
import { inThread, snapshot, state, touch, zone } from "./store.js";
import { Surface } from "./surface.js";
import { clock, fullTime, moment, when } from "./time.js";

const UNITS = ["bytes", "kB", "MB", "GB"];

function size(bytes) {
  let value = Number(bytes);
  if (!Number.isFinite(value)) return "";
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit ? value.toFixed(1) : value} ${UNITS[unit]}`;
}

export function fileList(files) {
  return (
    (files ?? []).length > 0 &&
    h(
      "ul",
      { class: "files", "aria-label": "Files" },
      files.map((file) =>
        h(
          "li",
          { class: "file" },
          h("span", { class: "file-icon" }, icon("file")),
          h(
            "span",
            { class: "file-names" },
            h("span", { class: "file-name" }, file.name),
            h("small", {}, [file.pretty_type ?? file.mimetype, size(file.size)].filter(Boolean).join(" · ")),
          ),
        ),
      ),
    )
  );
}

export function messageBody(message, channel) {
  const surface = new Surface({ container: { type: "message", channel, ts: message.ts }, kind: "message" });
  const text = message.text && !message.blocks?.length && h("div", { class: "text" }, mrkdwn(message.text));
  const attached = (message.attachments ?? []).map((one) =>
    h(
      "div",
      { class: "attachment" },
      one.blocks
        ? renderBlocks(one.blocks, surface)
        : h("div", { class: "text" }, mrkdwn(one.text ?? one.fallback ?? "")),
    ),
  );
  return [text, renderBlocks(message.blocks, surface), attached, fileList(message.files)];
}

export function messageNode(message, { channel, compact = false, thread = false, ephemeral = false }) {
  if (message.subtype === "tombstone") return tombstone(message, { channel, thread });
  const author = authorOf(message);
  const mine = message.user === state.me?.id;
  const editing = state.editing === message.ts;
  const time = moment(message.ts);
  const stamp = h(
    "time",
    { class: "stamp", datetime: time.toISOString(), title: fullTime(time, zone()) },
    clock(time, zone()),
  );
  const head = h(
    "div",
    { class: compact ? "message-head hidden-label" : "message-head" },
    h("span", { class: "author" }, author.name),
    author.isApp && h("span", { class: "app-tag" }, "APP"),
    compact ? clock(time, zone()) : stamp,
  );
  const body = editing
    ? editor(message, channel)
    : h(
        "div",
        { class: "message-content", dir: "auto" },
        messageBody(message, channel),
        message.edited && h("span", { class: "edited" }, "(edited)"),
      );
  const classes = [
    "message",
    compact && "compact",
    ephemeral && "ephemeral",
    mine && "mine",
    message.streaming_state === "in_progress" && "streaming",
  ];
  return h(
    "li",
    { class: classes.filter(Boolean).join(" "), dataset: { ts: message.ts } },
    h("div", { class: "gutter" }, compact ? stamp : avatar(author)),
    h(
      "div",
      { class: "message-main" },
      ephemeral && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
      head,
      body,
      !thread && !ephemeral && replies(message, channel),
    ),
    !editing && tools(message, { channel, mine, thread, ephemeral }),
  );
}

function tombstone(message, { channel, thread }) {
  return h(
    "li",
    { class: "message tombstone", dataset: { ts: message.ts } },
    h("div", { class: "gutter" }, icon("trash")),
    h(
      "div",
      { class: "message-main" },
      h("div", { class: "text" }, "This message was deleted."),
      !thread && replies(message, channel),
    ),
  );
}

export function openThread(ts, { focus = true } = {}) {
  state.thread = ts;
  state.screen = "thread";
  state.focusThread = focus;
  touch("location", "messages", "thread", "screen");
}

function replies(message, channel) {
  const count = message.reply_count ?? 0;
  const status = state.statuses.get(message.ts);
  if (!count && !status) return null;
  const authors = (message.reply_users ?? []).slice(0, 3).map((user) => avatar(authorOf({ user })));
  const last =
    message.latest_reply &&
    h("span", { class: "reply-last" }, `Last reply ${when(moment(message.latest_reply), zone())}`);
  const open = state.thread === message.ts;
  return h(
    "div",
    { class: "replies" },
    count > 0 &&
      h(
        "button",
        {
          type: "button",
          class: open ? "reply-bar open" : "reply-bar",
          dataset: { channel },
          on: { click: () => openThread(message.ts) },
        },
        h("span", { class: "reply-faces" }, authors),
        h("span", { class: "reply-count" }, count === 1 ? "1 reply" : `${count} replies`),
        last,
        icon("right"),
      ),
    status && statusNode(status, { small: true, run: () => openThread(message.ts) }),
  );
}

const NEXT_WORD = 2600; // milliseconds between loading messages

// What the app is doing right now; its loading messages take turns.
export function statusNode(status, { small = false, run = null } = {}) {
  const lines = status.loading_messages?.length ? status.loading_messages : [`${botName()} ${status.status}`];
  const words = h("span", { class: "status-words" }, lines[0]);
  const dots = h("span", { class: "status-dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const node = h(
    run ? "button" : "div",
    { class: small ? "status small" : "status", type: run && "button", on: run ? { click: run } : {} },
    !small && avatar({ isApp: true }),
    dots,
    words,
  );
  if (lines.length > 1) rotate(node, words, lines);
  return node;
}

function rotate(node, words, lines) {
  let at = 0;
  const timer = setInterval(() => {
    if (!node.isConnected) return clearInterval(timer);
    at = (at + 1) % lines.length;
    words.textContent = lines[at];
    return undefined;
  }, NEXT_WORD);
}

function tools(message, { channel, mine, thread, ephemeral }) {
  if (ephemeral) return null;
  const reply =
    !thread &&
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        on: { click: () => openThread(message.ts) },
      },
      icon("reply"),
    );
  const more =
    mine &&
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "More actions",
        title: "More actions",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
      },
      icon("more"),
    );
  more &&
    more.addEventListener("click", () =>
      openMenu(
        more,
        [
          { label: "Edit message", icon: icon("edit"), run: () => startEdit(message.ts) },
          { label: "Delete message…", icon: icon("trash"), danger: true, run: () => confirmDelete(message, channel) },
        ],
        { align: "end" },
      ),
    );
  return (
    (reply || more) && h("div", { class: "message-tools", role: "group", "aria-label": "Message actions" }, reply, more)
  );
}

export function startEdit(ts) {
  state.editing = ts;
  touch("messages", "thread");
}

async function confirmDelete(message, channel) {
  const preview = h(
    "div",
    { class: "delete-preview" },
    h("ol", { class: "messages" }, messageNode(message, { channel, thread: true })),
  );
  const sure = await ask({
    title: "Delete message",
    body: [h("p", {}, "Delete this message? This can't be undone."), preview],
    yes: "Delete",
    danger: true,
  });
  if (!sure) return;
  try {
    await post("delete", { user: state.me.id, channel, ts: message.ts });
  } catch (error) {
    notice(`The message was not deleted: ${error.message}`);
  }
}

// The replies of the open thread, read anew; what arrives meanwhile comes by the socket.
export async function loadThread(channel, ts) {
  await snapshot(read("history", { user: state.me.id, channel, thread_ts: ts }), ({ messages, status, prompts }) => {
    const known = inThread(ts);
    known.clear();
    for (const message of messages) known.set(message.ts, message);
    if (status) state.statuses.set(ts, status);
    else state.statuses.delete(ts);
    state.prompts.set(ts, prompts);
    state.loaded.add(ts);
  });
  touch("messages", "thread");
}
