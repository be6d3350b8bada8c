// Where blocks stand (a message, a modal, Home): what their inputs hold, and how a click leaves the page.

import { post } from "./api.js";
import { askToConfirm } from "./dialog.js";
import { h } from "./dom.js";
import { notice } from "./notice.js";
import { state } from "./store.js";

// What a person opened or sorted stays so when the message is drawn anew.
const memory = new Map();

export class Surface {
  constructor({ container, kind, earlier = null }) {
    this.container = container;
    this.kind = kind; // message, modal or home
    this.earlier = earlier; // values that the person had already given, by block and action
    this.readers = [];
  }

  register(block, element, node, value) {
    if (element.action_id)
      this.readers.push({ block: block.block_id, action: element.action_id, type: element.type, node, value });
  }

  // What the person had entered before this was drawn anew, or nothing.
  before(block, element) {
    const known = this.earlier?.[block.block_id]?.[element.action_id];
    return known?.type === element.type ? known : null;
  }

  values() {
    const values = {};
    for (const { block, action, type, value } of this.readers) {
      values[block] ??= {};
      values[block][action] = { type, ...value() };
    }
    return values;
  }

  remember(block, fallback) {
    const key = `${this.container.view_id ?? `${this.container.channel}.${this.container.ts}`}.${block.block_id ?? block.task_id}`;
    if (!memory.has(key)) memory.set(key, fallback);
    return memory.get(key);
  }

  // Resolves to whether the app took it. The spinner stays until it did.
  async act(node, block, element, selection = null) {
    if (node.getAttribute("aria-busy") === "true") return false;
    if (element.confirm && !(await askToConfirm(element.confirm))) return false;
    const holder = node.closest(".block") ?? node.parentElement;
    holder?.querySelector(":scope > .action-error")?.remove();
    node.setAttribute("aria-busy", "true");
    try {
      await post("click", {
        user: state.me.id,
        container: this.container,
        block_id: block.block_id,
        action_id: element.action_id,
        selection,
        state: { values: this.values() },
      });
      return true;
    } catch (error) {
      showFailure(holder, error.message);
      return false;
    } finally {
      node.removeAttribute("aria-busy");
    }
  }
}

function showFailure(holder, reason) {
  const text = `That didn't reach Steward: ${reason}`;
  if (!holder?.isConnected) return notice(text);
  return holder.append(h("p", { class: "action-error", role: "alert" }, text));
}
