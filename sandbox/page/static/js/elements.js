// The interactive elements of Block Kit: https://docs.slack.dev/reference/block-kit/block-elements

import { choices, multiChoice } from "./choices.js";
import { freshId, h, safeHref } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { plainText } from "./mrkdwn.js";
import { botName, personName } from "./names.js";
import { state } from "./store.js";

const MAKERS = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedback,
  overflow,
  static_select: select,
  external_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiChoice,
  multi_external_select: multiChoice,
  multi_users_select: multiPeople,
  checkboxes: multiChoice,
  radio_buttons: choices,
  datepicker: dated("date", "selected_date", "initial_date"),
  timepicker: dated("time", "selected_time", "initial_time"),
  datetimepicker: dateTime,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
};

// Returns {node, focus}: what stands on the page, and what takes the focus.
export function element(given, block, surface) {
  const make = MAKERS[given.type];
  if (!make) return { node: h("span", { class: "unsupported" }, `This sandbox can't show “${given.type}”.`) };
  const made = make(given, block, surface);
  return made instanceof Node ? { node: made, focus: made } : made;
}

// In an input block a choice waits for Submit, unless the app asked to hear at once.
function dispatches(block) {
  return block.type !== "input" || block.dispatch_action === true;
}

function button(given, block, surface) {
  const href = given.url ? safeHref(given.url) : null;
  const style = { primary: "button-primary", danger: "button-danger" }[given.style] ?? "";
  const properties = {
    class: `button ${style}`,
    "aria-label": given.accessibility_label,
    dataset: { action: given.action_id ?? "" },
  };
  const label = [
    h("span", { class: "button-label" }, plainText(given.text)),
    h("span", { class: "spinner", "aria-hidden": "true" }),
  ];
  const node = href
    ? h("a", { ...properties, href, target: "_blank", rel: "noopener noreferrer" }, label)
    : h("button", { ...properties, type: "button" }, label);
  node.addEventListener("click", () => surface.act(node, block, given));
  return node;
}

function iconButton(given, block, surface) {
  if (given.visible_to_user_ids?.length && !given.visible_to_user_ids.includes(state.me?.id))
    return h("span", { hidden: true });
  const label = plainText(given.text);
  const node = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": given.accessibility_label ?? label,
      title: label,
      dataset: { action: given.action_id },
    },
    icon(given.icon),
  );
  node.addEventListener("click", () => surface.act(node, block, given));
  return node;
}

function feedback(given, block, surface) {
  const one = (name, picture) => {
    const label = plainText(given[name]?.text);
    const node = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": given[name]?.accessibility_label ?? label,
        "aria-pressed": "false",
        title: label,
      },
      icon(picture),
    );
    node.addEventListener("click", async () => {
      if (!(await surface.act(node, block, given, { value: given[name].value }))) return;
      for (const sibling of node.parentElement.children) sibling.setAttribute("aria-pressed", String(sibling === node));
    });
    return node;
  };
  return h(
    "span",
    { class: "feedback", role: "group", "aria-label": "Feedback" },
    one("positive_button", "thumbup"),
    one("negative_button", "thumbdown"),
  );
}

function overflow(given, block, surface) {
  const node = h(
    "button",
    {
      type: "button",
      class: "icon-button bordered",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      dataset: { action: given.action_id },
    },
    icon("more"),
  );
  const pick = (option) => {
    const href = option.url ? safeHref(option.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    surface.act(node, block, given, { selected_option: option });
  };
  const items = (given.options ?? []).map((option) => ({
    label: plainText(option.text),
    description: plainText(option.description),
    run: () => pick(option),
  }));
  node.addEventListener("click", () => openMenu(node, items, { align: "end" }));
  return node;
}

// Options of a select, with what each of them selects and how a known value finds it again.
function selectable(given) {
  const people = () =>
    state.people.map((one) => ({ key: one.id, label: personName(one), value: { selected_user: one.id } }));
  const rooms = (name) =>
    state.channels
      .filter((one) => name === "selected_conversation" || !one.is_im)
      .map((one) => ({ key: one.id, label: one.is_im ? botName() : `#${one.name}`, value: { [name]: one.id } }));
  if (given.type === "users_select") return { options: people(), initial: given.initial_user };
  if (given.type === "channels_select") return { options: rooms("selected_channel"), initial: given.initial_channel };
  if (given.type === "conversations_select")
    return { options: rooms("selected_conversation"), initial: given.initial_conversation };
  const option = (one, group) => ({
    key: one.value,
    label: plainText(one.text),
    value: { selected_option: one },
    group,
  });
  const grouped = (given.option_groups ?? []).flatMap((group) =>
    group.options.map((one) => option(one, plainText(group.label))),
  );
  return {
    options: [...(given.options ?? []).map((one) => option(one)), ...grouped],
    initial: given.initial_option?.value,
  };
}

function select(given, block, surface) {
  const { options, initial } = selectable(given);
  const before = surface.before(block, given);
  const start = before ? keyOf(before) : initial;
  const node = h(
    "select",
    { class: "select", dataset: { action: given.action_id }, "aria-label": plainText(given.placeholder) || "Choose" },
    h("option", { value: "" }, plainText(given.placeholder) || "Choose an option"),
  );
  const groups = new Map();
  options.forEach((one, index) => {
    if (one.group && !groups.has(one.group))
      groups.set(one.group, node.appendChild(h("optgroup", { label: one.group })));
    (groups.get(one.group) ?? node).append(h("option", { value: String(index) }, one.label));
  });
  node.value = String(options.findIndex((one) => one.key === start));
  if (node.selectedIndex < 0) node.value = "";
  let kept = node.value;
  const empty = Object.fromEntries(
    Object.keys(options[0]?.value ?? { selected_option: null }).map((name) => [name, null]),
  );
  const value = () => (node.value === "" ? empty : options[Number(node.value)].value);
  surface.register(block, given, node, value);
  node.addEventListener("change", async () => {
    if (!dispatches(block)) return;
    if (await surface.act(node, block, given, value())) kept = node.value;
    else node.value = kept;
  });
  return node;
}

function keyOf(known) {
  return known.selected_option?.value ?? known.selected_user ?? known.selected_channel ?? known.selected_conversation;
}

function multiPeople(given, block, surface) {
  const options = state.people.map((one) => ({ text: { type: "plain_text", text: personName(one) }, value: one.id }));
  const chosen = (given.initial_users ?? []).map((value) => ({ value }));
  return multiChoice({ ...given, options, initial_options: chosen }, block, surface, (picked) => ({
    selected_users: picked.map((one) => one.value),
  }));
}

function dated(type, name, initial) {
  return (given, block, surface) => {
    const node = h("input", {
      type,
      class: "input input-short",
      "aria-label": plainText(given.placeholder) || (type === "date" ? "Date" : "Time"),
      dataset: { action: given.action_id },
    });
    node.value = surface.before(block, given)?.[name] ?? given[initial] ?? "";
    const value = () => ({ [name]: node.value || null, ...(given.timezone ? { timezone: given.timezone } : {}) });
    surface.register(block, given, node, value);
    node.addEventListener("change", () => dispatches(block) && node.value && surface.act(node, block, given, value()));
    return node;
  };
}

// Its value is a moment; what is typed is read in the browser's zone, as Slack's own client does.
function dateTime(given, block, surface) {
  const node = h("input", {
    type: "datetime-local",
    class: "input input-short",
    "aria-label": "Date and time",
    dataset: { action: given.action_id },
  });
  const start = surface.before(block, given)?.selected_date_time ?? given.initial_date_time;
  if (start) {
    const local = new Date(start * 1000);
    node.value = new Date(local.getTime() - local.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }
  const value = () => ({ selected_date_time: node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null });
  surface.register(block, given, node, value);
  node.addEventListener("change", () => dispatches(block) && node.value && surface.act(node, block, given, value()));
  return node;
}

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url" };

function textInput(given, block, surface) {
  const before = surface.before(block, given);
  const common = {
    class: "input",
    placeholder: plainText(given.placeholder),
    maxlength: given.max_length,
    minlength: given.min_length,
    id: freshId("field"),
    inputmode: given.type === "number_input" ? (given.is_decimal_allowed ? "decimal" : "numeric") : null,
    autofocus: given.focus_on_load,
    autocomplete: "off",
    dataset: { action: given.action_id },
  };
  const node = given.multiline
    ? h("textarea", { ...common, rows: "4" })
    : h("input", { ...common, type: INPUT_TYPES[given.type] ?? "text" });
  node.value = (before ? before.value : given.initial_value) ?? "";
  const value = () => ({ value: node.value === "" ? null : node.value });
  surface.register(block, given, node, value);
  const triggers = given.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tell = (when) => dispatches(block) && triggers.includes(when) && surface.act(node, block, given, value());
  node.addEventListener("change", () => tell("on_character_entered"));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || given.multiline || event.isComposing) return;
    if (block.dispatch_action) event.preventDefault();
    tell("on_enter_pressed");
  });
  return node;
}
