// Who is who: authors of messages, mentions of people and channels.

import { h } from "./dom.js";
import { state } from "./store.js";

export function personName(person) {
  return person?.real_name || person?.profile?.real_name || person?.name || "Someone";
}

export function botName() {
  return state.bot?.name ?? "Steward";
}

export function person(id) {
  return state.people.find((one) => one.id === id);
}

export function authorOf(message) {
  const isApp = message.user === state.botUser || (Boolean(message.bot_id) && !person(message.user));
  if (isApp) return { id: state.botUser, name: botName(), isApp: true };
  return { id: message.user, name: personName(person(message.user)), isApp: false };
}

export function mention(id) {
  const mine = id === state.me?.id;
  const name = id === state.botUser ? botName() : personName(person(id) ?? { name: id });
  return h("span", { class: mine ? "mention mention-me" : "mention" }, `@${name}`);
}

export function channelMention(id, label) {
  const channel = state.channels.find((one) => one.id === id);
  return h("span", { class: "mention" }, `#${channel?.name ?? label ?? "private"}`);
}

export function channelTitle(channel) {
  return channel?.is_im ? botName() : (channel?.name ?? "");
}
