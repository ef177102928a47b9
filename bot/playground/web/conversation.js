// A conversation: its messages by day, its thread pane, its canvas, pins and who is in it.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./html.js";
import { Composer } from "./composer.js";
import { Markdown } from "./markdown.js";
import { Message } from "./message.js";
import { act } from "./slack.js";

const CHAIN_SECONDS = 300;
const AT_END = 60; // pixels from the end that still are the end
const NEAR = 400; // pixels from an edge at which more is asked for

export function Conversation({ world, channel, setAround, open, at, readBefore, say }) {
  const [tab, setTab] = useState("messages");
  const canvases = world.seen.canvases.filter((one) => one.channel_id === channel.id);
  const canvas = canvases.find(({ id }) => id === tab);
  const shown = canvas || (tab === "pins" && channel.pins.length > 0) ? tab : "messages";
  const isMember = channel.members.includes(world.me);
  const standing = (world.seen.messages[channel.id] ?? []).filter(
    (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast",
  );
  return html`<section class="conversation" aria-label=${world.place(channel.id)}>
    ${channel.topic?.value && html`<p class="topic">${channel.topic.value}</p>`}
    ${(canvases.length > 0 || channel.pins.length > 0) &&
    html`<div class="tabs" role="tablist">
      ${[
        ["messages", "Messages"],
        ...canvases.map(({ id, title }) => [id, title || "Canvas"]),
        channel.pins.length > 0 && ["pins", `Pins (${channel.pins.length})`],
      ]
        .filter(Boolean)
        .map(
          ([name, text]) => html`<button type="button" role="tab" aria-selected=${shown === name} onClick=${() => setTab(name)}>${text}</button>`,
        )}
    </div>`}
    ${canvas && html`<div class="scroll canvas" tabindex="0"><${Markdown} text=${canvas.markdown} /></div>`}
    ${shown === "pins" &&
    html`<div class="scroll" tabindex="0">
      ${channel.pins.map((pin) => pin.message && html`<${Message} ...${{ message: pin.message, world, channel, open, say }} />`)}
    </div>`}
    ${shown === "messages" &&
    html`<${Messages} key=${channel.id} ...${{ world, channel, messages: standing, setAround, open, at, readBefore, say }} />`}
    ${isMember
      ? html`<${Composer} key=${`${world.me} ${channel.id}`} ...${{ world, channel, say }} />`
      : html`<div class="join"><strong>${world.place(channel.id)}</strong>
          <button type="button" class="primary" disabled=${channel.is_archived} onClick=${() => act(world.me, "join", { channel: channel.id })}>Join channel</button></div>`}
  </section>`;
}

function Messages({ world, channel, messages, setAround, open, at, readBefore, say }) {
  const list = useRef();
  const [all, dismiss] = useEphemerals(messages, { world, channel });
  useKeptPlace({ list, all, at, setAround, beyond: world.seen.beyond });

  return html`<div class="scroll messages" ref=${list} tabindex="0" role="log" aria-label="Messages" aria-live="polite">
    ${!all.length && html`<p class="empty">Nothing has been said here yet.</p>`}
    ${all.map((message, number) => {
      const before = all[number - 1];
      const isNewDay = !before || !world.isSameDay(before.ts, message.ts);
      const isFirstUnread = readBefore && message.ts > readBefore && message.user !== world.me && (!before || before.ts <= readBefore);
      return html`<div key=${message.ts}>
        ${isNewDay && html`<div class="line" role="separator"><span>${world.day(message.ts)}</span></div>`}
        ${isFirstUnread && html`<div class="line unread" role="separator"><span>New</span></div>`}
        <${Message} ...${{ message, world, channel, open, say }} chain=${!isNewDay && isChain(before, message)} onDismiss=${dismiss(message.ts)} />
      </div>`;
    })}
  </div>`;
}

/** The messages of a channel or thread with those only this person sees among them, and what takes one of these away. */
function useEphemerals(messages, { world, channel, thread }) {
  const [dismissed, setDismissed] = useState(new Set());
  const mine = world.seen.ephemerals.filter(
    (one) => one.channel === channel.id && one.thread_ts === thread && !dismissed.has(one.ts),
  );
  const all = [...messages, ...mine].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  return [all, (ts) => () => setDismissed(new Set([...dismissed, ts]))];
}

const isChain = (before, message) =>
  before &&
  before.user === message.user &&
  !before.is_ephemeral &&
  !message.is_ephemeral &&
  Number(message.ts) - Number(before.ts) < CHAIN_SECONDS;

/**
 * Of a long conversation only a part is drawn: it moves along as the person nears its edge, and what they look at stays
 * where it is. At the end it stays at the end, and a link to a message leads there.
 */
function useKeptPlace({ list, all, at, setAround, beyond }) {
  const place = useRef({ atEnd: true, kept: null, top: 0, asked: at ?? null });
  const latest = useRef();
  const look = (box) => {
    const atEnd = belowOf(box) < AT_END && !latest.current.beyond.later;
    Object.assign(place.current, { atEnd, kept: topmost(box), top: box.scrollTop });
  };
  // The browser tells of a scroll only with the next frame: what comes to be drawn before must not undo it.
  if (list.current && list.current.scrollTop !== place.current.top) look(list.current);
  latest.current = { all, setAround, beyond };
  useEffect(() => {
    const box = list.current;
    const ask = (around) => {
      if (around === place.current.asked) return;
      place.current.asked = around;
      latest.current.setAround(around);
    };
    const onScroll = () => {
      look(box);
      const { all, beyond } = latest.current;
      if (place.current.atEnd) ask(null);
      else if (box.scrollTop < NEAR && beyond.earlier) ask(all[0].ts);
      else if (belowOf(box) < NEAR && beyond.later) ask(all.at(-1).ts);
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => box.removeEventListener("scroll", onScroll);
  }, []);
  useLayoutEffect(() => {
    const { atEnd, kept } = place.current;
    const box = list.current;
    const anchor = !atEnd && kept && document.getElementById(kept.id);
    if (atEnd) box.scrollTop = box.scrollHeight;
    else if (anchor) box.scrollTop += anchor.getBoundingClientRect().top - kept.top;
    place.current.top = box.scrollTop;
  });
  useEffect(() => {
    const meant = at && document.getElementById(`m-${at}`);
    if (!meant || place.current.meant === at) return;
    Object.assign(place.current, { atEnd: false, asked: at, meant: at });
    meant.scrollIntoView({ block: "center" });
    meant.classList.add("meant");
  }, [at, all.some(({ ts }) => ts === at)]);
}

const belowOf = (box) => box.scrollHeight - box.scrollTop - box.clientHeight;

/** The first message that is seen, and where. */
function topmost(box) {
  const edge = box.getBoundingClientRect().top;
  for (const message of box.querySelectorAll("article")) {
    const { top, bottom } = message.getBoundingClientRect();
    if (bottom > edge) return { id: message.id, top };
  }
  return null;
}

export function Thread({ world, channel, ts, onClose, say }) {
  const replies = (world.seen.messages[channel.id] ?? []).filter((message) => message.ts === ts || message.thread_ts === ts);
  const [all, dismiss] = useEphemerals(replies, { world, channel, thread: ts });
  const list = useRef();
  useLayoutEffect(() => {
    list.current.scrollTop = list.current.scrollHeight;
  }, [all.length]);
  return html`<aside class="pane thread" aria-label="Thread" onKeyDown=${(event) => event.key === "Escape" && !event.defaultPrevented && onClose()}>
    <header><h2>Thread <small>${world.place(channel.id)}</small></h2>
      <button type="button" class="plain" aria-label="Close thread" onClick=${onClose}>×</button></header>
    <div class="scroll" ref=${list} tabindex="0">
      ${all.map((message) => html`<${Message} key=${message.ts} ...${{ message, world, channel, say }} onDismiss=${dismiss(message.ts)} inThread />`)}
    </div>
    ${channel.members.includes(world.me) && html`<${Composer} key=${`${world.me} ${ts}`} ...${{ world, channel, say }} thread=${ts} />`}
  </aside>`;
}
