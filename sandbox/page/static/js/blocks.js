// Block Kit's blocks, as DOM: https://docs.slack.dev/reference/block-kit/blocks

import { element } from "./elements.js";
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";
import { plan, taskCard } from "./tasks.js";

const MAKERS = {
  section,
  header,
  divider,
  context,
  actions,
  context_actions: actions,
  input,
  image,
  card,
  carousel,
  container,
  alert,
  video,
  file,
  rich_text: richText,
  markdown: (block) => markdown(block.text),
  table,
  data_table: dataTable,
  plan,
  task_card: taskCard,
};

// The same markup everywhere: a holder that errors of its elements can be shown in.
export function renderBlocks(blocks, surface) {
  return (blocks ?? []).map((block) => renderBlock(block, surface));
}

function renderBlock(block, surface) {
  const make = MAKERS[block.type];
  const holder = h("div", {
    class: `block block-${make ? block.type : "unsupported"}`,
    dataset: { block: block.block_id ?? "" },
  });
  try {
    holder.append(
      make ? make(block, surface, renderBlocks) : `This sandbox can't show a block of type “${block.type}”.`,
    );
  } catch (error) {
    // A malformed block must not take the conversation with it; the stand-in's validation tells its author.
    console.error(error);
    holder.classList.add("block-unsupported");
    holder.replaceChildren(`This block of type “${block.type}” can't be shown.`);
  }
  return holder;
}

function section(block, surface) {
  const accessory =
    block.accessory &&
    (block.accessory.type === "image"
      ? imagePlaceholder(block.accessory, "accessory-image")
      : element(block.accessory, block, surface).node);
  return h(
    "div",
    { class: "section-row" },
    h(
      "div",
      { class: "section-body" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((field) => h("div", { class: "text" }, textObject(field))),
        ),
    ),
    accessory && h("div", { class: "accessory" }, accessory),
  );
}

function header(block) {
  const level = Math.min(Math.max(block.level ?? 1, 1), 4);
  return h(
    "div",
    { class: `header header-${level}`, role: "heading", "aria-level": String(level + 2) },
    plainText(block.text),
  );
}

function divider() {
  return h("hr");
}

function context(block) {
  return h(
    "div",
    { class: "context" },
    (block.elements ?? []).map((one) =>
      one.type === "image"
        ? h("span", { class: "context-image", title: one.alt_text }, icon("image", one.alt_text || "image"))
        : h("span", { class: "text" }, textObject(one)),
    ),
  );
}

function actions(block, surface) {
  return h(
    "div",
    { class: "actions" },
    (block.elements ?? []).map((one) => element(one, block, surface).node),
  );
}

function input(block, surface) {
  const made = element(block.element, block, surface);
  const ids = { label: freshId("label"), hint: freshId("hint"), error: freshId("error") };
  const target = made.focus ?? made.node;
  const grouped = made.node !== target || made.node.classList?.contains("choices");
  (grouped ? made.node : target).setAttribute("aria-labelledby", ids.label);
  made.node.removeAttribute("aria-label");
  (grouped ? made.node : target).setAttribute("aria-describedby", `${ids.hint} ${ids.error}`);
  if (!block.optional && !grouped) target.setAttribute("aria-required", "true");
  if (!target.id) target.id = freshId("field");
  return h(
    "div",
    { class: "field" },
    h(
      "label",
      { id: ids.label, for: grouped ? null : target.id, class: "field-label" },
      plainText(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    made.node,
    h("p", { id: ids.error, class: "field-error", hidden: true }),
    block.hint && h("p", { id: ids.hint, class: "field-hint" }, plainText(block.hint)),
  );
}

// Never fetched: an image from elsewhere would tell its sender that, when and where it was seen.
function imagePlaceholder(given, className) {
  return h(
    "div",
    {
      class: `image-placeholder ${className}`,
      role: "img",
      "aria-label": given.alt_text || "image",
      title: given.alt_text,
    },
    icon("image"),
    h("span", {}, given.alt_text || "image"),
  );
}

function image(block) {
  return h(
    "figure",
    {},
    block.title && h("figcaption", {}, plainText(block.title)),
    imagePlaceholder(block, "large-image"),
  );
}

function video(block) {
  return h(
    "div",
    { class: "unsupported" },
    `A video: ${plainText(block.title) || block.alt_text || ""}. The sandbox shows none.`,
  );
}

function file(block) {
  return h("div", { class: "unsupported" }, `A file: ${block.external_id ?? ""}`);
}

function card(block, surface) {
  return h(
    "article",
    { class: "card" },
    block.hero_image && imagePlaceholder(block.hero_image, "hero-image"),
    h(
      "div",
      { class: "card-head" },
      block.icon && h("span", { class: "card-icon" }, icon("image", block.icon.alt_text)),
      h(
        "div",
        {},
        block.title && h("div", { class: "card-title text" }, textObject(markdownByDefault(block.title))),
        block.subtitle && h("div", { class: "card-subtitle text" }, textObject(markdownByDefault(block.subtitle))),
      ),
    ),
    block.body && h("div", { class: "text" }, textObject(markdownByDefault(block.body))),
    block.actions &&
      h(
        "div",
        { class: "actions" },
        block.actions.map((one) => element(one, block, surface).node),
      ),
  );
}

function markdownByDefault(text) {
  return typeof text === "string" ? { type: "mrkdwn", text } : text;
}

function carousel(block, surface) {
  return h(
    "div",
    { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" },
    (block.elements ?? []).map((one) => card({ block_id: block.block_id, ...one }, surface)),
  );
}

function container(block, surface) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title)
    : h("span", { class: "container-title" }, plainText(block.title));
  const head = [
    block.icon && icon("image", block.icon.alt_text),
    h(
      "span",
      { class: "container-names" },
      title,
      block.subtitle && h("span", { class: "container-subtitle text" }, textObject(block.subtitle)),
    ),
  ];
  const body = h("div", { class: "container-body" }, renderBlocks(block.child_blocks, surface));
  const width = `container container-${block.width ?? "standard"}`;
  if (!block.is_collapsible)
    return h(
      "section",
      { class: width },
      h("div", { class: block.has_header_divider ? "container-head ruled" : "container-head" }, head),
      body,
    );
  const kept = surface.remember(block, { open: !block.default_collapsed });
  const details = h(
    "details",
    { class: width, open: kept.open },
    h("summary", { class: "container-head" }, icon("right"), head),
    body,
  );
  details.addEventListener("toggle", () => {
    kept.open = details.open;
  });
  return details;
}

const ALERT_ICONS = { warning: "warn", error: "warn", success: "check" };

function alert(block) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  return h(
    "div",
    { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    icon(ALERT_ICONS[level] ?? "info"),
    h("div", { class: "text" }, textObject(markdownByDefault(block.text))),
  );
}
