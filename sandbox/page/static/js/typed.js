// Between what a person reads in the composer (@Name) and what Slack keeps (<@U…>).

import { withEmoji } from "./emoji.js";
import { decode } from "./mrkdwn.js";
import { botName, person, personName } from "./names.js";
import { state } from "./store.js";

export function mentionable() {
  const people = state.people.map((one) => ({ id: one.id, name: personName(one), isApp: false }));
  return [{ id: state.botUser, name: botName(), isApp: true }, ...people];
}

// Longest names first, so that "@Ann" never takes the front of "@Ann Lee".
export function encodeTyped(text) {
  let result = withEmoji(text);
  for (const { id, name } of mentionable().sort((a, b) => b.name.length - a.name.length))
    result = mark(result, `@${name}`, `<@${id}>`);
  for (const channel of state.channels.filter((one) => !one.is_im))
    result = mark(result, `#${channel.name}`, `<#${channel.id}|${channel.name}>`);
  return result;
}

function mark(text, shown, kept) {
  const escaped = shown.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(^|[\\s(,])${escaped}(?![\\p{L}\\p{N}])`, "gu"), (_, before) => before + kept);
}

export function decodeTyped(text) {
  const named = text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${id === state.botUser ? botName() : personName(person(id))}`)
    .replace(/<#[A-Z0-9]+\|([^>]*)>/g, (_, name) => `#${name}`)
    .replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label ?? target);
  return decode(named);
}
