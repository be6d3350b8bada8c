// Builds elements from values; text only ever becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

// Explicit direction controls can make a line read differently from what it is: they are shown, not obeyed.
const DIRECTION_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g;

export function visible(text) {
  return String(text).replace(DIRECTION_CONTROLS, (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase()}⟩`);
}

export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(typeof child === "object" ? child : visible(child));
  }
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

let counter = 0;
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const LINKABLE = new Set(["http:", "https:", "mailto:"]);

export function safeHref(address) {
  try {
    const url = new URL(String(address));
    return LINKABLE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// A link to anything but http, https and mailto is shown as its label alone.
export function link(address, ...label) {
  const href = safeHref(address);
  if (href === null) return h("span", { class: "dead-link", title: "This link can't be opened" }, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: visible(href) }, label);
}
