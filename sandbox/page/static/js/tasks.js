// Plans and task cards: what the app is doing, step by step.

import { h, link } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const STATES = {
  pending: ["", "to do"],
  in_progress: ["", "in progress"],
  complete: ["check", "done"],
  error: ["cross", "failed"],
};

function mark(status) {
  const [picture, label] = STATES[status] ?? STATES.pending;
  return h(
    "span",
    { class: `task-mark task-${STATES[status] ? status : "pending"}`, role: "img", "aria-label": label },
    picture && icon(picture),
  );
}

const words = (given) => (typeof given === "string" ? given : plainText(given));
const rich = (given) => (typeof given === "string" ? h("div", { class: "text" }, given) : richText(given));

function task(given, surface) {
  const head = [mark(given.status), h("span", { class: "task-title" }, words(given.title))];
  const sources = (given.sources ?? []).map((source) => link(source.url, source.text || source.url));
  const body = [
    given.details && rich(given.details),
    given.output && h("div", { class: "task-output" }, rich(given.output)),
    sources.length > 0 && h("div", { class: "task-sources" }, sources),
  ].filter(Boolean);
  if (!body.length) return h("div", { class: "task" }, h("div", { class: "task-head" }, head));
  const kept = surface.remember(given, { open: null });
  const details = h(
    "details",
    { class: "task", open: kept.open ?? given.status === "error" },
    h("summary", { class: "task-head" }, head, icon("right")),
    h("div", { class: "task-body" }, body),
  );
  details.querySelector("summary").addEventListener("click", () => {
    kept.open = !details.open;
  });
  return details;
}

export function taskCard(block, surface) {
  return h("div", { class: "plan plan-single" }, task(block, surface));
}

export function plan(block, surface) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((one) => one.status === "complete").length;
  const failed = tasks.some((one) => one.status === "error");
  const all = tasks.length > 0 && done === tasks.length;
  const status = failed
    ? "error"
    : all
      ? "complete"
      : tasks.some((one) => one.status !== "pending")
        ? "in_progress"
        : "pending";
  const kept = surface.remember(block, { open: null });
  const details = h(
    "details",
    { class: "plan", open: kept.open ?? true },
    h(
      "summary",
      { class: "plan-head" },
      mark(status),
      h("span", { class: "plan-title" }, words(block.title)),
      h("span", { class: "plan-count" }, `${done} of ${tasks.length}`),
      icon("right"),
    ),
    h(
      "ol",
      { class: "plan-tasks" },
      tasks.map((one) => h("li", {}, task(one, surface))),
    ),
  );
  details.querySelector("summary").addEventListener("click", () => {
    kept.open = !details.open;
  });
  return details;
}
