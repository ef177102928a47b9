// The control API of the local Slack, as this page calls it.

async function call(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  return { ok: response.ok, ...wrapped(await response.json()) };
}

const wrapped = (answer) => (Array.isArray(answer) ? { list: answer } : answer);

/** What a person sees; of messages the newest of one channel, or those around one, and one thread. */
export function look(user, { channel, around, thread }) {
  const query = new URLSearchParams();
  if (user) query.set("user", user);
  if (channel) query.set("channel", channel);
  else query.set("messages", "0");
  if (around) query.set("around", around);
  if (thread) query.set("thread", thread);
  return call(`/_control/state?${query}`);
}

/**
 * Does what a person does: `command`, `press`, `submit`, `message`, …. Its answer says what came of it; a view that
 * opens is seen by itself, so nobody waits for one.
 */
export const act = (user, name, body = {}) => call(`/_control/as/${user}/${name}`, { wait: false, ...body });

export const ledger = async (since) => (await call(`/_control/ledger?since=${since}`)).list;
export const moveClock = (body) => call("/_control/clock", body);
export const addFault = (body) => call("/_control/faults", body);
export const change = (settings) => call("/_control/settings", settings);
export const replay = (seq, times) => call("/_control/replay", { seq, times });

export async function clearFaults() {
  await fetch("/_control/faults", { method: "DELETE" });
}

/** Calls back whenever something changed, and at once; goes on after the server was away. `onAway` hears of that. */
export function listen(onChange, onAway) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  let socket;
  let closed = false;
  const connect = () => {
    socket = new WebSocket(`${scheme}://${location.host}/_control/changes`);
    socket.onopen = () => {
      onAway(false);
      onChange();
    };
    socket.onmessage = onChange;
    socket.onclose = () => {
      if (closed) return;
      onAway(true);
      setTimeout(connect, 1000);
    };
  };
  connect();
  return () => {
    closed = true;
    socket.close();
  };
}

/** A file's bytes in base64, for `upload` and for messages. */
export async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
