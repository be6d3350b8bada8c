// The right side: one thread, its replies and its own composer.

import { Composer, sendMessage } from "./composer.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { MessageList, itemsOf } from "./list.js";
import { loadThread, startEdit } from "./messages.js";
import { botName, channelTitle } from "./names.js";
import { notice } from "./notice.js";
import { currentChannel, inChannel, inThread, on, state, touch } from "./store.js";

export function closeThread() {
  const ts = state.thread;
  Object.assign(state, { thread: null, screen: "main" });
  touch("location", "messages", "thread", "screen");
  queueMicrotask(() =>
    (
      document.querySelector(`.main [data-ts="${CSS.escape(ts ?? "")}"] .reply-bar`) ??
      document.querySelector(".main .composer-text")
    )?.focus(),
  );
}

export function threadPane(root) {
  const name = h("span", { class: "faint thread-place" });
  const close = h(
    "button",
    {
      type: "button",
      class: "icon-button only-wide",
      "aria-label": "Close thread",
      title: "Close (Esc)",
      on: { click: closeThread },
    },
    icon("close"),
  );
  const back = h(
    "button",
    { type: "button", class: "icon-button only-narrow", "aria-label": "Back to messages", on: { click: closeThread } },
    icon("back"),
  );
  const list = new MessageList("Thread", { thread: true });
  const prompts = h("div", { class: "thread-prompts", role: "group", "aria-label": "Things to try" });
  const composer = new Composer({
    place: () => ({ channel: state.channel, thread: state.thread }),
    placeholder: () => "Reply…",
    onEditLast: editLast,
  });
  root.append(
    h(
      "div",
      { class: "pane-head" },
      back,
      h("div", { class: "pane-title" }, h("h2", {}, "Thread"), name),
      h("span", { class: "grow" }),
      close,
    ),
    list.node,
    prompts,
    composer.node,
  );
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closeThread();
  });

  let place = null;
  on("shell location thread", () => {
    root.hidden = !state.thread;
    const now = state.thread && `${state.me?.id} ${state.thread}`;
    if (now !== place) {
      place = now;
      list.reset();
      if (now) enter(composer, back);
    }
    if (!state.thread) return;
    const channel = currentChannel();
    fill(name, channel?.is_im ? botName() : `#${channelTitle(channel)}`);
    draw(list);
    drawPrompts(prompts);
  });
}

// On a phone the keyboard would cover what one came to read.
const NARROW = matchMedia("(max-width: 760px)");

async function enter(composer, back) {
  const { channel, thread, focusThread } = state;
  composer.enter();
  if (focusThread !== false) requestAnimationFrame(() => (NARROW.matches ? back : composer.area).focus());
  try {
    await loadThread(channel, thread);
  } catch (error) {
    notice(`The thread can't be shown: ${error.message}`);
  }
}

function messagesOfThread() {
  const known = inThread(state.thread);
  const root = inChannel(state.channel).get(state.thread);
  const all = new Map(known);
  if (root) all.set(root.ts, root);
  return [...all.values()].sort((a, b) => Number(a.ts) - Number(b.ts));
}

function draw(list) {
  const status = state.statuses.get(state.thread) ?? null;
  list.show(itemsOf({ messages: messagesOfThread(), channel: state.channel, thread: state.thread, status }));
}

// Prompts that the app set for this thread alone; those of the whole conversation stand at its beginning.
function drawPrompts(node) {
  const own = state.prompts.get(state.thread) ?? [];
  const general = state.prompts.get(state.channel) ?? [];
  const shown = JSON.stringify(own) === JSON.stringify(general) ? [] : own;
  node.hidden = !shown.length;
  fill(
    node,
    shown.map((prompt) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          title: prompt.message,
          on: { click: () => sendMessage({ channel: state.channel, thread: state.thread, text: prompt.message }) },
        },
        prompt.title,
      ),
    ),
  );
}

function editLast(event) {
  const mine = messagesOfThread()
    .filter((one) => one.user === state.me.id && one.ts !== state.thread)
    .at(-1);
  if (!mine) return;
  event.preventDefault();
  startEdit(mine.ts);
}
