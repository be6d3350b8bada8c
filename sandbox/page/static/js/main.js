// Joins the parts: reads the workspace, follows its changes, and keeps the address in step.

import { Changes, read } from "./api.js";
import { h, fill } from "./dom.js";
import { icon } from "./icons.js";
import { mainPane, announce } from "./main-pane.js";
import { loadThread, openThread } from "./messages.js";
import { loadViews, modals } from "./modals.js";
import { notice } from "./notice.js";
import { personName } from "./names.js";
import { rail } from "./rail.js";
import { currentChannel, inChannel, inThread, on, snapshot, state, threadKey, touch, witness } from "./store.js";
import { applyTheme } from "./theme.js";
import { threadPane } from "./thread-pane.js";

const PERSON = "steward.person";

// The address holds person, conversation and thread, so that two tabs can be two people.
function readAddress() {
  const [user, channel, thread] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { user, channel, thread };
}

function writeAddress() {
  const parts = [state.me?.id, state.channel, state.tab === "home" ? "home" : state.thread].filter(Boolean);
  const hash = `#/${parts.map(encodeURIComponent).join("/")}`;
  if (hash !== location.hash) history[location.hash ? "pushState" : "replaceState"](null, "", hash);
  document.title = state.me ? `Steward · ${personName(state.me)}` : "Steward";
}

function enterAddress() {
  const { channel, thread } = readAddress();
  const known = state.channels.some((one) => one.id === channel)
    ? channel
    : (state.channels.find((one) => one.is_im) ?? state.channels[0])?.id;
  const home = thread === "home";
  Object.assign(state, {
    channel: known ?? null,
    tab: home ? "home" : "messages",
    thread: known === channel && !home && thread ? thread : null,
  });
  state.screen = state.thread ? "thread" : "main";
}

async function loadHistory(channel) {
  await snapshot(read("history", { user: state.me.id, channel }), ({ messages, statuses, prompts }) => {
    const known = inChannel(channel);
    known.clear();
    for (const message of messages) known.set(message.ts, message);
    for (const ts of known.keys()) state.statuses.delete(ts);
    for (const [ts, status] of Object.entries(statuses)) state.statuses.set(ts, status);
    state.prompts.set(channel, prompts);
    state.loaded.add(channel);
  });
}

async function loadState(user) {
  const { me, bot_user_id: botUser, ...rest } = await read("state", { user });
  Object.assign(state, rest, { me, botUser });
}

// After every (re)connection: nothing that happened meanwhile is missing.
async function refresh() {
  try {
    await loadState(state.me.id);
    await Promise.all(state.channels.map((channel) => loadHistory(channel.id)));
    await loadViews();
    if (state.thread) await loadThread(state.channel, state.thread);
    state.connection = "open";
    touch("shell", "rail", "messages", "thread", "home", "modals");
    await announce(currentChannel()?.is_im ? currentChannel() : state.channels.find((one) => one.is_im), state.tab);
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  state.connection = error.status === 403 ? "locked" : "lost";
  touch("connection");
}

const changes = new Changes({
  onEvent: hear,
  onOpen: refresh,
  onLost: async () => {
    if (state.connection === "locked") return;
    state.connection = "lost";
    touch("connection");
    // A socket that is refused gives no reason; a plain request does.
    await read("state", { user: state.me.id }).catch((error) => error.status === 403 && failed(error));
  },
});

const HEARD = {
  message: (event) => {
    keep(event.channel, event.message);
    arrived(event.channel, event.message);
  },
  message_changed: (event) => keep(event.channel, event.message),
  message_deleted: ({ channel, ts, thread_ts: thread }) => {
    inChannel(channel).delete(ts);
    if (thread) inThread(thread).delete(ts);
  },
  status: ({ thread_ts: thread, status }) => {
    if (status) state.statuses.set(thread, status);
    else state.statuses.delete(thread);
    follow(thread);
  },
  prompts: ({ channel, thread_ts: thread, prompts }) => state.prompts.set(thread ?? channel, prompts),
  ephemeral: ({ channel, message }) => {
    state.ephemerals = state.ephemerals.filter((one) => one.message.ts !== message.ts);
    state.ephemerals.push({ channel, thread: threadKey(message), message });
  },
  ephemeral_deleted: ({ ts }) => {
    state.ephemerals = state.ephemerals.filter((one) => one.message.ts !== ts);
  },
  home: ({ view }) => {
    state.home = view;
  },
};

state.apply = (event) => HEARD[event.type]?.(event);

function hear(event) {
  if (event.type.startsWith("view_")) return void loadViews().catch((error) => notice(error.message));
  witness(event);
  state.apply(event);
  return touch("messages", "thread", "rail", "home");
}

function keep(channel, message) {
  const thread = threadKey(message);
  if (!thread || message.subtype === "thread_broadcast") inChannel(channel).set(message.ts, message);
  if (message.thread_ts) inThread(message.thread_ts).set(message.ts, message);
}

function arrived(channel, message) {
  if (message.user === state.me.id) {
    // Ours: what was shown as being sent is a message now.
    const thread = threadKey(message);
    const sent = state.pending.find(
      (one) => one.channel === channel && one.thread === thread && !one.error && (one.ts ?? message.ts) === message.ts,
    );
    state.pending = state.pending.filter((one) => one !== sent);
    if (sent && !thread) state.follow = message.ts;
  } else if (threadKey(message)) follow(threadKey(message));
}

// In the app's DM each request is a thread of its own: its answer opens beside it, unless one is writing elsewhere.
function follow(thread) {
  if (state.follow !== thread || !inChannel(state.channel).has(thread)) return;
  state.follow = null;
  if (state.thread === thread || !currentChannel()?.is_im || busyInThread()) return;
  openThread(thread, { focus: false });
}

function busyInThread() {
  return Boolean(state.thread) && Boolean(document.querySelector(".thread .composer-text")?.value.trim());
}

async function enter(user) {
  await loadState(user);
  localStorage.setItem(PERSON, state.me.id);
  for (const kept of [state.messages, state.replies, state.statuses, state.prompts, state.loaded]) kept.clear();
  Object.assign(state, { pending: [], ephemerals: [], editing: null, home: null, modals: [], follow: null });
  enterAddress();
  touch("shell", "location", "screen");
  changes.follow(state.me.id);
}

state.switchPerson = (user) => {
  Object.assign(state, { channel: null, thread: null, tab: "messages" });
  history.pushState(null, "", `#/${encodeURIComponent(user)}`);
  enter(user).catch((error) => notice(error.message));
};

function banner(node) {
  const { text = "", details } = state.banner ?? {};
  fill(
    node,
    icon("info"),
    h("p", {}, text, details && " ", details && h("details", {}, h("summary", {}, "More"), h("span", {}, details))),
  );
  node.hidden = !text;
}

// Not by the address, which holds the place in the workspace.
function skipLink(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
}

async function start() {
  applyTheme();
  banner(document.querySelector(".banner"));
  on("shell", () => banner(document.querySelector(".banner")));
  on("screen shell", () => {
    document.querySelector(".app").dataset.screen = state.screen;
  });
  on("location", writeAddress);
  rail(document.querySelector(".rail"));
  mainPane(document.querySelector(".main"));
  threadPane(document.querySelector(".thread"));
  modals();
  skipLink(document.querySelector(".skip"));
  addEventListener("popstate", () => {
    const { user } = readAddress();
    if (user && user !== state.me?.id) return enter(user).catch((error) => notice(error.message));
    enterAddress();
    return touch("location", "shell", "header", "messages", "thread", "screen", "home");
  });
  document.addEventListener("visibilitychange", () => document.hidden || touch("messages"));
  const wanted = readAddress().user || localStorage.getItem(PERSON);
  await enter(wanted).catch((error) => (error.status === 404 ? enter("") : Promise.reject(error)));
}

start().catch((error) => {
  fill(
    document.querySelector(".main"),
    h("div", { class: "welcome" }, h("h2", {}, "The page can't start"), h("p", {}, error.message)),
  );
});
