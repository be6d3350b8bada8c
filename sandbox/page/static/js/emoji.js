// Slack's names of the emoji that messages here use; an unknown name stays as it was written.

const NAMES = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", ok_hand: "👌", wave: "👋", clap: "👏", pray: "🙏", raised_hands: "🙌",
  point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇", muscle: "💪", eyes: "👀", brain: "🧠", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂", wink: "😉", blush: "😊", thinking_face: "🤔",
  neutral_face: "😐", confused: "😕", cry: "😢", sob: "😭", sweat_smile: "😅", sunglasses: "😎", tada: "🎉", sparkles: "✨", star: "⭐",
  fire: "🔥", rocket: "🚀", zap: "⚡", bulb: "💡", heart: "❤️", green_heart: "💚", blue_heart: "💙", broken_heart: "💔", boom: "💥",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎", no_entry: "⛔",
  no_entry_sign: "🚫", warning: "⚠️", exclamation: "❗", question: "❓", grey_question: "❔", bangbang: "‼️", information_source: "ℹ️",
  red_circle: "🔴", large_orange_circle: "🟠", large_orange_diamond: "🔶", large_yellow_circle: "🟡", large_green_circle: "🟢",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", large_purple_circle: "🟣", arrow_right: "➡️", arrow_left: "⬅️",
  arrow_up: "⬆️", arrow_down: "⬇️", leftwards_arrow_with_hook: "↩️", arrow_right_hook: "↪️", arrows_counterclockwise: "🔄", repeat: "🔁",
  fast_forward: "⏩", pause_button: "⏸️", arrow_forward: "▶️", black_square_for_stop: "⏹️", back: "🔙", soon: "🔜", new: "🆕", ok: "🆗",
  email: "✉️", envelope: "✉️", incoming_envelope: "📨", envelope_with_arrow: "📩", "e-mail": "📧", mailbox: "📫", mailbox_with_mail: "📬",
  inbox_tray: "📥", outbox_tray: "📤", package: "📦", newspaper: "📰", memo: "📝", pencil: "📝", pencil2: "✏️", clipboard: "📋",
  page_facing_up: "📄", bookmark_tabs: "📑", bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", calendar: "📆",
  date: "📅", spiral_calendar_pad: "🗓️", card_index_dividers: "🗂️", file_folder: "📁", open_file_folder: "📂", wastebasket: "🗑️", pushpin: "📌",
  round_pushpin: "📍", paperclip: "📎", link: "🔗", lock: "🔒", unlock: "🔓", key: "🔑", bell: "🔔", no_bell: "🔕", bellhop_bell: "🛎️",
  mag: "🔍", mag_right: "🔎", hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", stopwatch: "⏱️", timer_clock: "⏲️",
  clock1: "🕐", clock3: "🕒", clock9: "🕘", sunrise: "🌅", sunny: "☀️", city_sunset: "🌇", crescent_moon: "🌙", coffee: "☕", beach_with_umbrella: "🏖️",
  airplane: "✈️", car: "🚗", house: "🏠", office: "🏢", hospital: "🏥", gift: "🎁", trophy: "🏆", moneybag: "💰", credit_card: "💳",
  computer: "💻", iphone: "📱", telephone_receiver: "📞", video_camera: "📹", speech_balloon: "💬", thought_balloon: "💭", loudspeaker: "📢",
  mega: "📣", robot_face: "🤖", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️", shield: "🛡️", label: "🏷️", dart: "🎯", construction: "🚧",
  rotating_light: "🚨", recycle: "♻️", one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", point_up_2: "👆", see_no_evil: "🙈",
  handshake: "🤝", writing_hand: "✍️", seedling: "🌱", herb: "🌿", broom: "🧹", bookmark: "🔖", ticket: "🎫", checkered_flag: "🏁",
};

export function emoji(name) {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : null;
}

export function withEmoji(text) {
  return String(text).replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
