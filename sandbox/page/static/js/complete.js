// Suggestions while writing: commands after "/", people after "@", channels after "#".

import { freshId, h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { mentionable } from "./typed.js";
import { state } from "./store.js";

const MOST = 8;

function found(text, caret, { commands }) {
  const before = text.slice(0, caret);
  const slash = /^\/\S*$/.exec(before);
  if (slash) return { from: 0, options: commands ? commandsFor(slash[0]) : [] };
  const match = /(?:^|[\s(])([@#])([^\s@#]*)$/.exec(before);
  if (!match) return { from: caret, options: [] };
  const from = caret - match[2].length - 1;
  return { from, options: match[1] === "@" ? peopleFor(match[2]) : channelsFor(match[2]) };
}

function commandsFor(typed) {
  return state.commands
    .filter((one) => one.command.startsWith(typed))
    .map((one) => ({
      text: `${one.command} `,
      picture: icon("slash"),
      label: one.command,
      hint: one.usage_hint,
      description: one.description,
    }));
}

function peopleFor(typed) {
  const wanted = typed.toLowerCase();
  return mentionable()
    .filter((one) =>
      one.name
        .toLowerCase()
        .split(/\s+/)
        .some((word) => word.startsWith(wanted)),
    )
    .map((one) => ({ text: `@${one.name} `, picture: avatar(one), label: one.name, hint: one.isApp ? "app" : "" }));
}

function channelsFor(typed) {
  return state.channels
    .filter((one) => !one.is_im && one.name.startsWith(typed.toLowerCase()))
    .map((one) => ({ text: `#${one.name} `, picture: icon("hash"), label: one.name }));
}

export function suggestions(area, box, allowed) {
  return new Suggestions(area, box, allowed);
}

class Suggestions {
  constructor(area, box, allowed) {
    Object.assign(this, { area, allowed, options: [], at: 0, from: 0 });
    this.list = h("div", {
      class: "suggestions",
      role: "listbox",
      id: freshId("suggestions"),
      "aria-label": "Suggestions",
      hidden: true,
    });
    box.append(this.list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.list.id);
    area.addEventListener("input", () => this.look());
    area.addEventListener("blur", () => this.show([]));
  }

  look() {
    const { from, options } = found(this.area.value, this.area.selectionStart, this.allowed());
    this.from = from;
    this.show(options.slice(0, MOST));
  }

  show(options) {
    this.options = options;
    this.at = 0;
    this.list.hidden = options.length === 0;
    this.list.replaceChildren(...options.map((one, index) => this.row(one, index)));
    this.mark();
  }

  row(one, index) {
    // On pointerdown, for a click would first take the focus from the text.
    const choose = (event) => {
      event.preventDefault();
      this.choose(index);
    };
    return h(
      "div",
      { class: "suggestion", role: "option", id: `${this.list.id}-${index}`, on: { pointerdown: choose } },
      h("span", { class: "suggestion-picture" }, one.picture),
      h("span", {}, h("strong", {}, one.label), " ", h("span", { class: "faint" }, one.hint)),
      one.description && h("span", { class: "suggestion-about faint" }, one.description),
    );
  }

  mark() {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.at)));
    const active = this.list.children[this.at];
    if (active) this.area.setAttribute("aria-activedescendant", active.id);
    else this.area.removeAttribute("aria-activedescendant");
  }

  choose(index) {
    const { area } = this;
    area.setRangeText(this.options[index].text, this.from, area.selectionStart, "end");
    this.show([]);
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Whether the key was for the suggestions.
  key(event) {
    if (!this.options.length) return false;
    const count = this.options.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + count) % count;
      this.mark();
    } else if (event.key === "Tab" || (event.key === "Enter" && this.typedLess())) this.choose(this.at);
    else if (event.key === "Escape") this.show([]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  // Enter on a command that is already written out sends it.
  typedLess() {
    return this.area.value.slice(this.from, this.area.selectionStart) !== this.options[this.at].text.trim();
  }
}
