// The stack of modals: the top one shows; what was entered survives an update of the view.

import { post, read } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { closeDialog, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { notice } from "./notice.js";
import { on, snapshot, state, touch } from "./store.js";
import { Surface } from "./surface.js";

let shown = null; // {view, dialog, surface}
const entered = new Map(); // view id → values, kept while another modal stands on top

export function modals() {
  on("modals shell", draw);
}

let asked = 0;

export async function loadViews() {
  asked += 1;
  const turn = asked;
  // Of two answers that overtake each other only the later question's counts.
  await snapshot(
    read("views", { user: state.me.id }),
    ({ home, modals: stack }) => turn === asked && Object.assign(state, { home, modals: stack }),
  );
  touch("modals", "home");
}

function draw() {
  const top = state.modals.at(-1) ?? null;
  if (shown && top && shown.view.id === top.id && shown.view.hash === top.hash) return;
  const same = shown && top && shown.view.id === top.id;
  if (shown) {
    entered.set(shown.view.id, shown.surface.values());
    if (!same) closeDialog(shown.dialog);
  }
  for (const id of entered.keys()) if (!state.modals.some((view) => view.id === id)) entered.delete(id);
  if (!top) shown = null;
  else if (same) update(top);
  else open(top);
}

function parts(view) {
  const surface = new Surface({
    container: { type: "view", view_id: view.id },
    kind: "modal",
    earlier: entered.get(view.id),
  });
  const failure = h("p", { class: "modal-failure", role: "alert", hidden: true });
  const body = h(
    "form",
    {
      class: "modal-form",
      id: `form-${view.id}`,
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        },
      },
    },
    failure,
    renderBlocks(view.blocks, surface),
  );
  const close = h(
    "button",
    { type: "button", class: "button", on: { click: cancel } },
    plainText(view.close) || "Close",
  );
  const send =
    view.submit &&
    h(
      "button",
      { type: "submit", form: `form-${view.id}`, class: "button button-primary", "data-action": "modal-submit" },
      h("span", { class: "button-label" }, plainText(view.submit)),
      h("span", { class: "spinner", "aria-hidden": "true" }),
    );
  return { surface, body, foot: [close, send], failure };
}

function open(view) {
  const { surface, body, foot, failure } = parts(view);
  const dialog = openDialog({ title: plainText(view.title), body, footer: foot, className: "modal", onCancel: cancel });
  const cross = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close", on: { click: cancel } },
    icon("close"),
  );
  dialog.querySelector(".dialog-head").append(cross);
  shown = { view, dialog, surface, failure };
  (
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector(".modal-form :is(input, textarea, select)") ??
    dialog.querySelector("h2")
  ).focus();
}

function update(view) {
  const { dialog } = shown;
  const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  const { surface, body, foot, failure } = parts(view);
  dialog.querySelector("h2").textContent = plainText(view.title);
  const holder = dialog.querySelector(".dialog-body");
  const top = holder.scrollTop;
  holder.replaceChildren(body);
  holder.scrollTop = top;
  dialog.querySelector(".dialog-foot").replaceChildren(...foot.filter(Boolean));
  shown = { view, dialog, surface, failure };
  ((focused && dialog.querySelector(`[data-action="${CSS.escape(focused)}"]`)) || dialog.querySelector("h2")).focus();
}

async function cancel() {
  const { view } = shown;
  try {
    await post("close", { user: state.me.id, view_id: view.id });
  } catch (error) {
    notice(`The dialog was closed here only: ${error.message}`);
  }
  state.modals = state.modals.filter((one) => one.id !== view.id);
  touch("modals");
}

async function submit() {
  const { view, dialog, surface, failure } = shown;
  const button = dialog.querySelector('[data-action="modal-submit"]');
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  failure.hidden = true;
  showErrors(surface, {});
  try {
    const answer = await post("submit", { user: state.me.id, view_id: view.id, state: { values: surface.values() } });
    if (answer.errors) showErrors(surface, answer.errors);
    else if (answer.failed) fail(failure, answer.failed);
    else await loadViews();
  } catch (error) {
    fail(failure, error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function fail(node, text) {
  node.textContent = text;
  node.hidden = false;
}

function showErrors(surface, errors) {
  let first = null;
  for (const { block, node } of surface.readers) {
    const line = node.closest(".field")?.querySelector(".field-error");
    if (!line) continue;
    const text = errors[block] ?? "";
    line.textContent = text;
    line.hidden = !text;
    const target = node.matches("input, textarea, select") ? node : (node.querySelector("input") ?? node);
    target.toggleAttribute("aria-invalid", Boolean(text));
    if (text) target.setAttribute("aria-invalid", "true");
    if (text) first ??= target;
  }
  first?.focus();
}
