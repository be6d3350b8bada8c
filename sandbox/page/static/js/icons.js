// The page's drawings: line icons and avatars, as SVG elements made here.

import { svg } from "./dom.js";

const PATHS = {
  hash: "M6.5 2.5 5 13.5M11 2.5 9.5 13.5M2.5 5.75h11M2.5 10.25h11",
  home: "M2.5 7.5 8 2.75l5.5 4.75M4 6.5v6.75h8V6.5",
  message: "M2.5 3.5h11v7.5H7l-3 2.5V11H2.5z",
  send: "M2.75 13.25 13.75 8 2.75 2.75l1.5 5.25zM4.25 8h5",
  attach:
    "M12.75 7.25 7.6 12.4a2.9 2.9 0 0 1-4.1-4.1l5.5-5.5a1.9 1.9 0 0 1 2.75 2.75L6.5 10.8a.95.95 0 0 1-1.35-1.35L9.9 4.7",
  at: "M10.5 5.5v3.4c0 2.1 3 2.1 3-.9a5.5 5.5 0 1 0-2.2 4.4M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  slash: "M2.5 2.5h11v11h-11zM6.25 11 9.75 5",
  close: "M3.75 3.75l8.5 8.5M12.25 3.75l-8.5 8.5",
  back: "M9.75 3.25 5 8l4.75 4.75",
  down: "M3.75 6.25 8 10.5l4.25-4.25",
  right: "M6.25 3.75 10.5 8l-4.25 4.25",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  reply: "M2.5 3.5h11v7.5H7l-3 2.5V11H2.5zM5.5 6.25h5M5.5 8.5h3",
  edit: "m3 13 .6-2.7 7.2-7.2 2.1 2.1-7.2 7.2zM9.4 4.5l2.1 2.1",
  trash: "M3 4.5h10M6.25 4.25v-1.5h3.5v1.5M4.25 4.5l.6 8.75h6.3l.6-8.75M6.75 7v4M9.25 7v4",
  file: "M4 2.5h5L12 5.5v8H4zM9 2.5v3h3",
  image: "M2.5 3.5h11v9h-11zM2.5 10.5l3-3 2.5 2.5 2-1.75 3.5 3M10 6.25h.01",
  check: "M3.25 8.5 6.5 11.75 12.75 4.75",
  cross: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  warn: "M8 2.75 14 13H2zM8 6.75v2.75M8 11.25h.01",
  info: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 7.25v3.5M8 5.25h.01",
  eye: "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8zM9.75 8a1.75 1.75 0 1 1-3.5 0 1.75 1.75 0 0 1 3.5 0z",
  sun: "M8 5.25a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 0 1 0-5.5zM8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.75A5.5 5.5 0 0 1 6.25 3 5.5 5.5 0 1 0 13 9.75z",
  auto: "M8 2.5a5.5 5.5 0 1 1 0 11zM8 2.5a5.5 5.5 0 1 0 0 11",
  thumbup: "M5.25 7.25 7.75 2.5c1 0 1.6.7 1.4 1.7L8.75 6.25h4l-.9 6.25h-6.6zM5.25 7.25v5.25H3V7.25z",
  thumbdown: "M10.75 8.75 8.25 13.5c-1 0-1.6-.7-1.4-1.7l.4-2.05h-4l.9-6.25h6.6zM10.75 8.75V3.5H13v5.25z",
  sort: "M5.5 6.25 8 3.75l2.5 2.5M5.5 9.75 8 12.25l2.5-2.5",
  search: "M7 2.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM10.25 10.25l3 3",
};

export function icon(name, label) {
  const attributes = {
    viewBox: "0 0 16 16",
    class: `icon icon-${name}`,
    ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }),
  };
  return svg("svg", attributes, svg("path", { d: PATHS[name] ?? PATHS.info }));
}

// Twelve quiet hues that carry white letters at a contrast of 4.5 or more.
const HUES = [
  "#5a55c8",
  "#0f766e",
  "#a8456b",
  "#a14a12",
  "#1d6fb0",
  "#6d7a1f",
  "#7c4fb3",
  "#b0413e",
  "#2f7d4f",
  "#8a5a2b",
  "#44608f",
  "#96427d",
];

function hueOf(id) {
  let sum = 0;
  for (const c of String(id)) sum = (sum * 31 + c.codePointAt(0)) >>> 0;
  return HUES[sum % HUES.length];
}

export function initials(name) {
  const words = String(name).trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0]?.toUpperCase() ?? "").join("") || "?";
}

export function avatar(author) {
  return author.isApp ? appAvatar() : personAvatar(author);
}

function personAvatar({ id, name }) {
  const letters = svg("text", {
    x: 18,
    y: 18.5,
    "text-anchor": "middle",
    "dominant-baseline": "central",
    class: "avatar-letters",
  });
  letters.textContent = initials(name);
  return svg(
    "svg",
    { viewBox: "0 0 36 36", class: "avatar", "aria-hidden": "true" },
    svg("rect", { width: 36, height: 36, rx: 8, fill: hueOf(id) }),
    letters,
  );
}

// A service bell: somebody is there when you ring, and waits for your word.
function appAvatar() {
  const stroke = {
    fill: "none",
    stroke: "#fff",
    "stroke-width": 1.9,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  return svg(
    "svg",
    { viewBox: "0 0 36 36", class: "avatar", "aria-hidden": "true" },
    svg("rect", { width: 36, height: 36, rx: 8, fill: "#14604f" }),
    svg("path", { d: "M0 25 C12 20 22 32 36 24 V28 a8 8 0 0 1-8 8 H8 a8 8 0 0 1-8-8z", fill: "#1d7a64" }),
    svg("path", {
      d: "M9.5 22.5a8.5 8.5 0 0 1 17 0z",
      fill: "#fff",
      stroke: "#fff",
      "stroke-width": 1.2,
      "stroke-linejoin": "round",
    }),
    svg("path", { d: "M8 25.75h20M18 13.75v-2.5M15.75 10.75h4.5", ...stroke }),
  );
}
