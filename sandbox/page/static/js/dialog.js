// Dialogs: native <dialog>, so that focus stays inside and returns, and Escape closes.

import { add, freshId, h } from "./dom.js";
import { plainText, textObject } from "./mrkdwn.js";

export function openDialog({ title, body, footer, className = "", onCancel }) {
  const titleId = freshId("dialog");
  const dialog = h(
    "dialog",
    { class: `dialog ${className}`, "aria-labelledby": titleId },
    h("header", { class: "dialog-head" }, h("h2", { id: titleId, tabindex: "-1" }, title)),
    h("div", { class: "dialog-body" }, body),
    h("footer", { class: "dialog-foot" }, footer),
  );
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    onCancel?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function closeDialog(dialog) {
  dialog.close();
  dialog.remove();
}

// Resolves to whether the person went ahead.
export function ask({ title, body, yes, no = "Cancel", danger = false }) {
  return new Promise((resolve) => {
    const done = (answer) => () => {
      closeDialog(dialog);
      resolve(answer);
    };
    const deny = h("button", { type: "button", class: "button", on: { click: () => done(false)() } }, no);
    const go = h(
      "button",
      {
        type: "button",
        class: `button ${danger ? "button-danger" : "button-primary"}`,
        on: { click: () => done(true)() },
      },
      yes,
    );
    const dialog = openDialog({ title, body, footer: [deny, go], className: "dialog-small", onCancel: done(false) });
    go.focus();
  });
}

export function askToConfirm(confirm) {
  return ask({
    title: plainText(confirm.title) || "Are you sure?",
    body: add(h("div", { class: "text" }), textObject(confirm.text)),
    yes: plainText(confirm.confirm) || "Yes",
    no: plainText(confirm.deny) || "Cancel",
    danger: confirm.style === "danger",
  });
}
