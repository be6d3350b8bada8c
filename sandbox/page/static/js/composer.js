// Where a person writes: a message, a reply, a command, or a change to what was said.

import { post } from "./api.js";
import { suggestions } from "./complete.js";
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { channelTitle } from "./names.js";
import { decodeTyped, encodeTyped } from "./typed.js";
import { currentChannel, state, touch } from "./store.js";
import { fileList } from "./messages.js";

const drafts = new Map(); // place → text
const TALLEST = 260; // pixels

export function grow(area) {
  area.style.height = "auto";
  // Of what is not on the screen the height is not known.
  if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
}

export class Composer {
  // place() gives {channel, thread}; both may change while the composer stays.
  constructor({ place, placeholder, onEditLast }) {
    Object.assign(this, { place, placeholder, onEditLast, files: [] });
    this.area = h("textarea", { rows: "1", class: "composer-text", dir: "auto", maxlength: "40000" });
    this.error = h("p", { class: "composer-error", role: "alert", hidden: true });
    this.attached = h("div", { class: "attached" });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
    this.send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.node = h(
      "form",
      { class: "composer" },
      this.error,
      h("div", { class: "composer-box" }, this.attached, this.area, this.bar()),
      h(
        "p",
        { class: "composer-hint" },
        h("kbd", {}, "Enter"),
        " to send, ",
        h("kbd", {}, "Shift"),
        "+",
        h("kbd", {}, "Enter"),
        " for a new line",
      ),
      this.picker,
    );
    this.suggest = suggestions(this.area, this.node.querySelector(".composer-box"), () => ({
      commands: !this.place().thread,
    }));
    this.listen();
  }

  bar() {
    const tool = (label, name, click) =>
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click } },
        icon(name),
      );
    return h(
      "div",
      { class: "composer-bar" },
      tool("Attach a file", "attach", () => this.picker.click()),
      tool("Mention someone", "at", () => this.insert("@")),
      tool("Commands", "slash", () => this.insert("/", true)),
      h("span", { class: "grow" }),
      this.send,
    );
  }

  listen() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("input", () => this.changed());
    this.picker.addEventListener("change", () => {
      this.attach([...this.picker.files]);
      this.picker.value = "";
    });
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach([...event.dataTransfer.files]);
    });
  }

  // Another conversation: its own draft, its own name.
  enter() {
    const label = this.placeholder();
    this.area.placeholder = label;
    this.area.setAttribute("aria-label", label);
    this.area.value = drafts.get(this.key_()) ?? "";
    this.files = [];
    this.complain("");
    this.drawFiles();
    grow(this.area);
    this.changed();
  }

  key_() {
    const { channel, thread } = this.place();
    return `${state.me?.id} ${channel} ${thread}`;
  }

  changed() {
    drafts.set(this.key_(), this.area.value);
    this.send.disabled = !this.area.value.trim() && !this.files.length;
    if (!this.error.hidden) this.complain("");
    grow(this.area);
  }

  key(event) {
    if (this.suggest.key(event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && this.area.value === "") this.onEditLast?.(event);
  }

  insert(text, alone = false) {
    const { area } = this;
    if (alone && area.value.trim() && area.value !== "/") return;
    if (alone) area.value = text;
    else area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Slack's file_share tells the app a file's name, type and size; the sandbox keeps no content.
  attach(files) {
    this.files.push(
      ...files.map((file) => ({ name: file.name, size: file.size, mimetype: file.type || "application/octet-stream" })),
    );
    this.drawFiles();
    this.changed();
    this.area.focus();
  }

  drawFiles() {
    this.attached.replaceChildren();
    if (!this.files.length) return;
    const list = fileList(this.files);
    [...list.children].forEach((item, index) =>
      item.append(
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": `Remove ${this.files[index].name}`,
            on: {
              click: () => {
                this.files.splice(index, 1);
                this.drawFiles();
                this.changed();
              },
            },
          },
          icon("close"),
        ),
      ),
    );
    this.attached.append(list);
  }

  complain(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
  }

  submit() {
    const text = this.area.value.trim();
    const { channel, thread } = this.place();
    if (!text && !this.files.length) return undefined;
    if (text.startsWith("/") && !text.startsWith("//") && !this.files.length)
      return this.command(text, channel, thread);
    const { files } = this;
    this.clear();
    return sendMessage({ channel, thread, text, files });
  }

  clear() {
    this.area.value = "";
    this.files = [];
    this.drawFiles();
    this.changed();
  }

  async command(typed, channel, thread) {
    const [, command, text] = /^(\/\S*)\s*([\s\S]*)$/.exec(typed);
    if (thread)
      return this.complain(
        `${command} is not supported in threads. Sorry! Write it without the slash, or as !${command.slice(1)}.`,
      );
    this.send.setAttribute("aria-busy", "true");
    try {
      const { error } = await post("command", { user: state.me.id, channel, command, text: encodeTyped(text) });
      if (error) return this.complain(error);
      if (this.area.value.trim() === typed) this.clear();
    } catch (error) {
      this.complain(`The command was not sent: ${error.message}`);
    } finally {
      this.send.removeAttribute("aria-busy");
    }
    return undefined;
  }
}

// Shown at once as being sent; it becomes a message when the workspace has it, and says so if it has not.
export function sendMessage({ channel, thread = null, text, files = [] }) {
  const sent = { id: freshId("sent"), channel, thread, text, files, error: null };
  const redraw = () => touch("messages", "thread");
  const discard = () => {
    state.pending = state.pending.filter((one) => one !== sent);
    redraw();
  };
  const attempt = async () => {
    sent.error = null;
    redraw();
    try {
      sent.ts = (
        await post("say", {
          user: state.me.id,
          channel,
          text: encodeTyped(text),
          ...(thread ? { thread_ts: thread } : {}),
          ...(files.length ? { files } : {}),
        })
      ).ts;
      state.follow = thread ? state.follow : sent.ts;
      discard();
    } catch (error) {
      sent.error = error.message;
      redraw();
    }
  };
  Object.assign(sent, { retry: attempt, discard });
  state.pending.push(sent);
  return attempt();
}

// In the place of a message that is being changed.
export function editor(message, channel) {
  const area = h("textarea", { class: "composer-text", rows: "1", "aria-label": "Edit message", dir: "auto" });
  const failure = h("p", { class: "composer-error", role: "alert", hidden: true });
  area.value = decodeTyped(message.text ?? "");
  const end = () => {
    const composer = area.closest(".main, .thread")?.querySelector(".composer .composer-text");
    state.editing = null;
    touch("messages", "thread");
    queueMicrotask(() => composer?.focus());
  };
  const save = async () => {
    const text = area.value.trim();
    if (!text) return undefined;
    if (text === decodeTyped(message.text ?? "")) return end();
    try {
      await post("edit", { user: state.me.id, channel, ts: message.ts, text: encodeTyped(text) });
      return end();
    } catch (error) {
      failure.textContent = `Not saved: ${error.message}`;
      failure.hidden = false;
      return undefined;
    }
  };
  area.addEventListener("input", () => grow(area));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  requestAnimationFrame(() => {
    grow(area);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  });
  return h(
    "div",
    { class: "editor" },
    failure,
    h("div", { class: "composer-box" }, area),
    h(
      "div",
      { class: "editor-foot" },
      h("button", { type: "button", class: "button", on: { click: end } }, "Cancel"),
      h("button", { type: "button", class: "button button-primary", on: { click: save } }, "Save"),
    ),
  );
}

export function placeName() {
  const channel = currentChannel();
  return channel?.is_im ? channelTitle(channel) : `#${channelTitle(channel)}`;
}
