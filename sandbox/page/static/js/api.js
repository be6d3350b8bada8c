// The person API, and the socket of changes that comes back by itself.

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError("The sandbox can't be reached.", 0);
  }
  const text = await response.text();
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError("The sandbox gave an answer that can't be read.", response.status);
    body = { error: text.slice(0, 300) };
  }
  if (!response.ok) throw new ApiError(body.error || `The sandbox answered ${response.status}.`, response.status);
  return body;
}

export function read(name, query) {
  const given = Object.entries(query).filter(([, value]) => value);
  return call(`/api/${name}?${new URLSearchParams(given)}`);
}

export function post(name, body) {
  return call(`/api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

const FIRST_WAIT = 250; // milliseconds; doubled after each failure
const LONGEST_WAIT = 4000;

// onOpen runs after every (re)connection: whatever was missed meanwhile is read anew there.
export class Changes {
  constructor({ onEvent, onOpen, onLost }) {
    Object.assign(this, { onEvent, onOpen, onLost });
    this.wait = FIRST_WAIT;
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.retryNow());
  }

  follow(user) {
    this.user = user;
    this.socket?.close();
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/events?user=${encodeURIComponent(this.user)}`;
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      const event = JSON.parse(data);
      if (event.type !== "hello") return this.onEvent(event);
      this.wait = FIRST_WAIT;
      return this.onOpen();
    };
    socket.onclose = () => socket === this.socket && this.lost();
  }

  lost() {
    this.onLost();
    this.timer = setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  retryNow() {
    if (this.timer) this.connect();
  }
}
