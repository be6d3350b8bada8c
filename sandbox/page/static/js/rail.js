// The left rail: workspace, conversations, and whose eyes one looks through.

import { fill, h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { channelTitle, personName } from "./names.js";
import { inChannel, on, readUpTo, state, touch } from "./store.js";
import { themeButton } from "./theme.js";

export function openChannel(id, { tab = "messages" } = {}) {
  Object.assign(state, { channel: id, thread: null, tab, screen: "main", editing: null });
  touch("location", "rail", "header", "messages", "thread", "screen", "home");
}

function newest(channel) {
  const all = [...inChannel(channel.id).values()];
  return Math.max(
    0,
    ...all.filter((one) => one.user !== state.me?.id).map((one) => Number(one.ts)),
    ...all.map((one) => Number(one.latest_reply ?? 0)),
  );
}

function row(channel) {
  const open = state.channel === channel.id;
  const unread = newest(channel) > readUpTo(channel.id);
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: ["rail-row", open && "open", unread && "unread"].filter(Boolean).join(" "),
        "aria-current": open ? "page" : null,
        on: { click: () => openChannel(channel.id) },
      },
      channel.is_im ? avatar({ isApp: true }) : icon("hash"),
      h("span", { class: "rail-name" }, channelTitle(channel)),
      channel.is_im && h("span", { class: "app-tag" }, "APP"),
      unread && h("span", { class: "dot", role: "img", "aria-label": "unread" }),
    ),
  );
}

function switchTo(person) {
  state.switchPerson(person.id);
}

function personRow() {
  const zone = state.me?.tz ?? "";
  const button = h(
    "button",
    {
      type: "button",
      class: "me",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `You are ${personName(state.me)}. Switch person`,
    },
    avatar({ id: state.me?.id, name: personName(state.me) }),
    h("span", { class: "me-names" }, h("span", { class: "me-name" }, personName(state.me)), h("small", {}, zone)),
    icon("down"),
  );
  button.addEventListener("click", () =>
    openMenu(button, [
      { heading: "See the workspace as" },
      ...state.people.map((one) => ({
        label: personName(one),
        description: [one.profile?.title || one.profile?.email, one.is_restricted ? "guest" : ""]
          .filter(Boolean)
          .join(" · "),
        icon: avatar({ id: one.id, name: personName(one) }),
        checked: one.id === state.me?.id,
        run: () => switchTo(one),
      })),
    ]),
  );
  return button;
}

export function rail(root) {
  const draw = () => {
    if (!state.me) return;
    const channels = state.channels.filter((one) => !one.is_im);
    const direct = state.channels.filter((one) => one.is_im);
    fill(
      root,
      h(
        "div",
        { class: "rail-head" },
        h(
          "div",
          { class: "team" },
          h("span", { class: "team-mark", "aria-hidden": "true" }, (state.team.name ?? "S")[0]),
          h("span", { class: "team-name" }, state.team.name ?? "Sandbox"),
        ),
        themeButton(),
      ),
      h(
        "div",
        { class: "rail-lists" },
        h("h2", { class: "rail-heading", id: "rail-apps" }, "Direct messages"),
        h("ul", { "aria-labelledby": "rail-apps" }, direct.map(row)),
        h("h2", { class: "rail-heading", id: "rail-channels" }, "Channels"),
        h("ul", { "aria-labelledby": "rail-channels" }, channels.map(row)),
      ),
      h("div", { class: "rail-foot" }, personRow()),
    );
  };
  on("shell rail", draw);
}
