// Light, dark, or as the system says; the choice is kept in this browser.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "steward.theme";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const LABEL = { auto: "as the system", light: "light", dark: "dark" };
const ICON = { auto: "auto", light: "sun", dark: "moon" };

export function theme() {
  const kept = localStorage.getItem(KEY);
  return NEXT[kept] ? kept : "auto";
}

export function applyTheme(name = theme()) {
  document.documentElement.dataset.theme = name;
}

export function themeButton() {
  const button = h("button", { type: "button", class: "icon-button" });
  const draw = () => {
    const label = `Theme: ${LABEL[theme()]}. Change`;
    button.setAttribute("aria-label", label);
    button.title = label;
    fill(button, icon(ICON[theme()]));
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, NEXT[theme()]);
    applyTheme();
    draw();
  });
  draw();
  return button;
}
