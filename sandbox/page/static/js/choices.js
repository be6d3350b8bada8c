// Checkboxes, radio buttons, and the selects of several options, as lists of native inputs.

import { freshId, h } from "./dom.js";
import { plainText, textObject } from "./mrkdwn.js";

const dispatches = (block) => block.type !== "input" || block.dispatch_action === true;

function list(given, type, isChosen) {
  const name = freshId("choice");
  const options = given.options ?? (given.option_groups ?? []).flatMap((group) => group.options);
  const inputs = options.map((option) => {
    const input = h("input", { type, name });
    input.checked = isChosen(option);
    return input;
  });
  const rows = options.map((option, index) =>
    h(
      "label",
      { class: "choice" },
      inputs[index],
      h(
        "span",
        {},
        h("span", { class: "choice-label" }, textObject(option.text)),
        option.description && h("small", {}, textObject(option.description)),
      ),
    ),
  );
  const role = type === "radio" ? "radiogroup" : "group";
  const node = h(
    "div",
    {
      class: "choices",
      role,
      "aria-label": plainText(given.placeholder) || null,
      dataset: { action: given.action_id },
    },
    rows,
  );
  return { node, inputs, options, focus: inputs[0] };
}

export function choices(given, block, surface) {
  const before = surface.before(block, given);
  const start = before ? before.selected_option?.value : given.initial_option?.value;
  const { node, inputs, options, focus } = list(given, "radio", (option) => option.value === start);
  let kept = inputs.findIndex((input) => input.checked);
  const value = () => ({ selected_option: options[inputs.findIndex((input) => input.checked)] ?? null });
  surface.register(block, given, node, value);
  node.addEventListener("change", async () => {
    if (!dispatches(block)) return;
    const now = inputs.findIndex((input) => input.checked);
    if (await surface.act(node, block, given, value())) kept = now;
    else
      inputs.forEach((input, index) => {
        input.checked = index === kept;
      });
  });
  return { node, focus };
}

export function multiChoice(given, block, surface, shape = (picked) => ({ selected_options: picked })) {
  const before = surface.before(block, given);
  const start = new Set(
    before
      ? (before.selected_options?.map((one) => one.value) ?? before.selected_users)
      : given.initial_options?.map((one) => one.value),
  );
  const { node, inputs, options, focus } = list(given, "checkbox", (option) => start.has(option.value));
  let kept = inputs.map((input) => input.checked);
  const most = given.max_selected_items ?? options.length;
  const picked = () => options.filter((_, index) => inputs[index].checked);
  surface.register(block, given, node, () => shape(picked()));
  node.addEventListener("change", async (event) => {
    if (picked().length > most) event.target.checked = false;
    if (!dispatches(block)) return;
    const now = inputs.map((input) => input.checked);
    if (await surface.act(node, block, given, shape(picked()))) kept = now;
    else
      inputs.forEach((input, index) => {
        input.checked = kept[index];
      });
  });
  return { node, focus };
}
