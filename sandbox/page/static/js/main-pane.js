// The middle: the open conversation, or the app's Home.

import { post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { Composer, placeName, sendMessage } from "./composer.js";
import { fill, h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { MessageList, itemsOf } from "./list.js";
import { botName, channelTitle } from "./names.js";
import { notice } from "./notice.js";
import { startEdit } from "./messages.js";
import { currentChannel, inChannel, markRead, on, state, touch } from "./store.js";
import { Surface } from "./surface.js";

export function mainPane(root) {
  const header = h("div", { class: "pane-head" });
  const lost = h("div", { class: "connection", role: "status" });
  const list = new MessageList("Messages");
  const home = h("div", {
    class: "home scroller",
    role: "tabpanel",
    id: "panel-home",
    "aria-label": "Home",
    tabindex: "0",
    hidden: true,
  });
  const composer = new Composer({
    place: () => ({ channel: state.channel, thread: null }),
    placeholder: () => `Message ${placeName()}`,
    onEditLast: (event) => editLast(event),
  });
  const messages = h("div", { class: "conversation", id: "panel-messages" }, list.node, composer.node);
  root.append(header, lost, messages, home);

  let place = null;
  on("shell header location", () => drawHeader(header));
  on("shell connection", () => drawConnection(lost));
  on("shell location messages", () => {
    const now = `${state.me?.id} ${state.channel}`;
    if (now !== place) {
      place = now;
      list.reset();
      composer.enter();
    }
    const isHome = state.tab === "home" && currentChannel()?.is_im;
    messages.hidden = isHome;
    home.hidden = !isHome;
    if (!isHome) drawMessages(list);
  });
  on("shell location home", () => drawHome(home));
  return { focus: () => (home.hidden ? composer.area : home).focus() };
}

function editLast(event) {
  const mine = [...inChannel(state.channel).values()]
    .filter((one) => one.user === state.me.id && one.subtype !== "tombstone")
    .at(-1);
  if (!mine) return;
  event.preventDefault();
  startEdit(mine.ts);
}

function drawMessages(list) {
  const { channel } = state;
  if (!channel || !state.loaded.has(channel)) return;
  const messages = [...inChannel(channel).values()].sort((a, b) => Number(a.ts) - Number(b.ts));
  const items = itemsOf({ messages, channel });
  list.show(items, { before: messages.length || items.length ? [] : [welcome(channel)] });
  const last = Math.max(0, ...messages.flatMap((one) => [Number(one.ts), Number(one.latest_reply ?? 0)]));
  if (last && !document.hidden) markRead(channel, String(last));
}

// What can be tried, before anything was said.
function welcome(id) {
  const channel = currentChannel();
  const prompts = state.prompts.get(id) ?? [];
  const build = () =>
    h(
      "li",
      { class: "welcome" },
      channel?.is_im
        ? appWelcome(id, prompts)
        : [
            h("div", { class: "welcome-hash" }, icon("hash")),
            h("h2", {}, `#${channelTitle(channel)}`),
            h("p", {}, `Mention @${botName()} here, and it answers in a thread.`),
          ],
    );
  return { key: `welcome ${id}`, mark: JSON.stringify(prompts), build };
}

function appWelcome(channel, prompts) {
  const one = (prompt) =>
    h(
      "button",
      { type: "button", class: "prompt", on: { click: () => sendMessage({ channel, text: prompt.message }) } },
      h("span", { class: "prompt-title" }, prompt.title),
      prompt.message !== prompt.title && h("span", { class: "prompt-text" }, prompt.message),
    );
  return [
    avatar({ isApp: true }),
    h("h2", {}, botName()),
    h(
      "p",
      {},
      `Ask for anything in your mail and calendars, in your own words. ${botName()} shows you exactly what it would change, and changes nothing until you approve.`,
    ),
    prompts.length > 0
      ? h(
          "div",
          { class: "prompts", role: "group", "aria-label": "Things to try" },
          h("p", { class: "faint" }, "Try one of these:"),
          prompts.map(one),
        )
      : h("p", { class: "faint" }, "Write a message below to begin."),
  ];
}

function drawHeader(header) {
  const channel = currentChannel();
  if (!channel) return;
  const back = h(
    "button",
    {
      type: "button",
      class: "icon-button only-narrow",
      "aria-label": "Back to conversations",
      on: {
        click: () => {
          state.screen = "rail";
          touch("screen");
        },
      },
    },
    icon("back"),
  );
  const title = channel.is_im
    ? [avatar({ isApp: true }), h("h1", {}, botName()), h("span", { class: "app-tag" }, "APP")]
    : [icon("hash"), h("h1", {}, channelTitle(channel))];
  fill(header, back, h("div", { class: "pane-title" }, title), channel.is_im && tabs(channel));
}

function tabs(channel) {
  const tab = (name, label) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        id: `tab-${name}`,
        "aria-selected": String(state.tab === name),
        "aria-controls": `panel-${name}`,
        tabindex: state.tab === name ? "0" : "-1",
        on: {
          click: () => showTab(channel, name),
          keydown: (event) => {
            if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
            event.preventDefault();
            const other = name === "home" ? "messages" : "home";
            showTab(channel, other);
            queueMicrotask(() => document.getElementById(`tab-${other}`)?.focus());
          },
        },
      },
      label,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": botName() },
    tab("home", "Home"),
    tab("messages", "Messages"),
  );
}

export async function showTab(channel, name) {
  Object.assign(state, { tab: name, screen: "main", thread: name === "home" ? null : state.thread });
  touch("location", "header", "messages", "thread", "screen", "home");
  await announce(channel, name);
}

// Slack tells the app which tab was opened; the app publishes Home and prompts upon that.
export async function announce(channel, name) {
  try {
    if (name === "home") await post("home", { user: state.me.id });
    else await post("messages", { user: state.me.id, channel: channel.id });
  } catch (error) {
    notice(`${botName()} was not told that you are here: ${error.message}`);
  }
}

let drawnHome = null;
let homeSurface = null;

function drawHome(root) {
  if (root.hidden) return;
  const view = state.home;
  const mark = JSON.stringify([view?.id, view?.hash, view?.blocks, state.me?.id]);
  if (mark === drawnHome) return;
  const same = homeSurface?.container.view_id === view?.id;
  drawnHome = mark;
  if (!view) {
    fill(
      root,
      h(
        "div",
        { class: "welcome" },
        avatar({ isApp: true }),
        h("h2", {}, "Nothing here yet"),
        h("p", { class: "faint" }, `${botName()} fills this page once it has noticed your visit.`),
      ),
    );
    return;
  }
  const top = root.scrollTop;
  homeSurface = new Surface({
    container: { type: "view", view_id: view.id },
    kind: "home",
    earlier: same ? homeSurface.values() : null,
  });
  fill(root, h("div", { class: "home-page" }, renderBlocks(view.blocks, homeSurface)));
  root.scrollTop = same ? top : 0;
}

const CONNECTION = {
  lost: "Reconnecting…",
  locked: "This address no longer opens the page. Use the one the terminal prints when the sandbox starts.",
};

function drawConnection(node) {
  const text = CONNECTION[state.connection] ?? "";
  node.className = `connection ${state.connection}`;
  fill(node, text && h("span", { class: "spinner", "aria-hidden": "true" }), text);
}
