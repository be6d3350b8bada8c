// Short notices at the foot of the window, for what has no better place.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN = 8000; // milliseconds

export function notice(text) {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss" }, icon("close"));
  const node = h("div", { class: "notice", role: "alert" }, h("span", {}, text), close);
  close.addEventListener("click", () => node.remove());
  document.getElementById("notices").append(node);
  setTimeout(() => node.remove(), SHOWN);
}
