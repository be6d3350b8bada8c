// A menu that opens under a button: arrow keys, Escape, and focus back to the button.

import { h } from "./dom.js";

let open = null;

export function closeMenu({ refocus = false } = {}) {
  if (!open) return;
  const { menu, button } = open;
  open = null;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus();
}

// items: {label, description?, icon?, danger?, checked?, run} or {heading}
export function openMenu(button, items, { align = "start" } = {}) {
  const same = open?.button === button;
  closeMenu();
  if (same) return;
  const menu = h("div", { class: "menu", role: "menu", on: { keydown: keys } }, items.map(row));
  // Inside a modal the menu must be in the dialog, or it would lie beneath it and be inert.
  (button.closest("dialog") ?? document.body).append(menu);
  place(menu, button, align);
  button.setAttribute("aria-expanded", "true");
  open = { menu, button };
  menu.querySelector("button")?.focus();
}

function row(item) {
  if (item.heading) return h("div", { class: "menu-heading" }, item.heading);
  const choose = () => {
    closeMenu({ refocus: true });
    item.run();
  };
  return h(
    "button",
    {
      type: "button",
      class: item.danger ? "menu-item danger" : "menu-item",
      on: { click: choose },
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
    },
    item.icon,
    h("span", { class: "menu-text" }, h("span", {}, item.label), item.description && h("small", {}, item.description)),
  );
}

function place(menu, button, align) {
  const spot = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = align === "end" ? spot.right - size.width : spot.left;
  const below = spot.bottom + 4 + size.height <= innerHeight || spot.top < size.height + 12;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
  menu.style.top = `${Math.max(8, below ? spot.bottom + 4 : spot.top - size.height - 4)}px`;
}

function keys(event) {
  const items = [...event.currentTarget.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[to % items.length]?.focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu({ refocus: true });
  } else if (event.key === "Tab") closeMenu();
}

addEventListener(
  "pointerdown",
  (event) => {
    if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) closeMenu();
  },
  true,
);
addEventListener("resize", () => closeMenu());
