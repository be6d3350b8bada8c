// Times as this person reads them: in the zone of their Slack profile, not the browser's.

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }));
  return formats.get(key);
}

export function moment(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(date, zone) {
  return format(zone, { hour: "numeric", minute: "2-digit" }).format(date);
}

export function dayKey(date, zone) {
  return format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(date);
}

function ordinal(day) {
  const tens = day % 100;
  if (tens >= 11 && tens <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

function shifted(days) {
  return new Date(Date.now() + days * 86400000);
}

export function relativeDay(date, zone) {
  const key = dayKey(date, zone);
  if (key === dayKey(new Date(), zone)) return "Today";
  if (key === dayKey(shifted(-1), zone)) return "Yesterday";
  if (key === dayKey(shifted(1), zone)) return "Tomorrow";
  return null;
}

export function dayLabel(date, zone) {
  const near = relativeDay(date, zone);
  if (near) return near;
  const parts = Object.fromEntries(
    format(zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" })
      .formatToParts(date)
      .map((p) => [p.type, p.value]),
  );
  const year = parts.year === format(zone, { year: "numeric" }).format(new Date()) ? "" : `, ${parts.year}`;
  return `${parts.weekday}, ${parts.month} ${ordinal(Number(parts.day))}${year}`;
}

export function fullTime(date, zone) {
  return format(zone, {
    weekday: "long",
    month: "long",
    day: "numeric",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(date);
}

export function when(date, zone) {
  const near = relativeDay(date, zone);
  const day = near ? near.toLowerCase() : format(zone, { month: "short", day: "numeric" }).format(date);
  return `${day} at ${clock(date, zone)}`;
}

// Slack's date tokens: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
export function slackDate(seconds, pattern, zone) {
  const date = moment(seconds);
  const named = (pretty, options) => (pretty && relativeDay(date, zone)) || format(zone, options).format(date);
  const tokens = {
    date_num: () => format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(date),
    date_slash: () => format(zone, { month: "numeric", day: "numeric", year: "numeric" }).format(date),
    date: (pretty) => named(pretty, { month: "long", day: "numeric", year: "numeric" }),
    date_short: (pretty) => named(pretty, { month: "short", day: "numeric", year: "numeric" }),
    date_long: (pretty) => named(pretty, { weekday: "long", month: "long", day: "numeric", year: "numeric" }),
    day_divider_pretty: () => dayLabel(date, zone),
    time: () => clock(date, zone),
    time_secs: () => format(zone, { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(date),
    ago: () => when(date, zone),
  };
  return pattern.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    if (tokens[name]) return tokens[name](false);
    const plain = name.replace(/_pretty$/, "");
    return plain !== name && tokens[plain] ? tokens[plain](true) : whole;
  });
}
