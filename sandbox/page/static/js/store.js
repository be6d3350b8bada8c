// What the page knows, and who wants to hear when it changes.

export const state = {
  team: {},
  people: [],
  me: null,
  channels: [],
  commands: [],
  banner: {},
  botUser: null,
  bot: null,
  channel: null, // id of the open conversation
  thread: null, // ts of the parent of the open thread
  tab: "messages", // of the app: messages or home
  screen: "main", // on a narrow window: rail, main or thread
  messages: new Map(), // channel → Map(ts → message)
  replies: new Map(), // thread ts → Map(ts → message)
  statuses: new Map(), // thread ts → status
  prompts: new Map(), // channel or thread ts → prompts
  pending: [], // what was sent and not yet confirmed: {id, channel, thread, text, files, error}
  ephemerals: [], // {channel, thread, message}
  editing: null, // ts
  home: null,
  modals: [],
  connection: "connecting", // connecting, open, lost, locked
  loaded: new Set(), // channels and threads whose history is here
};

const listeners = new Map(); // topic → Set of functions
let changed = new Set();

export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
  }
}

// Everything that changes in one turn of the event loop is drawn once.
export function touch(...topics) {
  if (changed.size === 0) queueMicrotask(draw);
  for (const topic of topics) changed.add(topic);
}

function draw() {
  const due = new Set([...changed].flatMap((topic) => [...(listeners.get(topic) ?? [])]));
  changed = new Set();
  for (const listener of due) listener();
}

export function zone() {
  return state.me?.tz || "UTC";
}

export function currentChannel() {
  return state.channels.find((channel) => channel.id === state.channel);
}

export function threadKey(message) {
  return message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : null;
}

export function inChannel(channel) {
  if (!state.messages.has(channel)) state.messages.set(channel, new Map());
  return state.messages.get(channel);
}

export function inThread(ts) {
  if (!state.replies.has(ts)) state.replies.set(ts, new Map());
  return state.replies.get(ts);
}

// A snapshot that was read may be older than a change that came while it was on its way:
// such changes are applied once more on top of it.
const underway = new Set();

export function witness(event) {
  for (const seen of underway) seen.push(event);
}

export async function snapshot(reading, apply) {
  const seen = [];
  underway.add(seen);
  try {
    apply(await reading);
  } finally {
    underway.delete(seen);
  }
  for (const event of seen) state.apply(event);
}

// What each person has read is kept in the browser, by person and place.
const readKey = () => `steward.read.${state.team.id}.${state.me?.id}`;

function readMarks() {
  try {
    return JSON.parse(localStorage.getItem(readKey()) ?? "{}");
  } catch {
    return {};
  }
}

export function markRead(place, ts) {
  const marks = readMarks();
  if (Number(ts) <= Number(marks[place] ?? 0)) return;
  marks[place] = ts;
  localStorage.setItem(readKey(), JSON.stringify(marks));
  touch("rail");
}

export function readUpTo(place) {
  return Number(readMarks()[place] ?? 0);
}
