// Slack's own markup: what messages and mrkdwn texts are written in, read into parts.
// https://docs.slack.dev/messaging/formatting-message-text (2026-11)

import { html, localAddress, safeUrl } from "./html.js";
import { emoji, isEmoji } from "./emoji.js";

const decoded = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const encoded = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const STYLES = { "*": "bold", _: "italic", "~": "strike" };
const SPECIAL = /<([^<>]+)>/y;
const CODE = /`([^`\n]+)`/y;
const NAMED = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y;

/** Parts of a line or more: `{type, …}` in the words of rich text's inline elements. */
export function inline(text, style = {}) {
  const parts = [];
  let plain = "";
  const flush = () => {
    if (plain) parts.push({ type: "text", text: decoded(plain), style });
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = special(text, at, style) ?? code(text, at, style) ?? named(text, at) ?? styled(text, at, style);
    if (found) {
      flush();
      parts.push(...found.parts);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return parts;
}

function matched(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function special(text, at, style) {
  const match = text[at] === "<" && matched(SPECIAL, text, at);
  if (!match) return null;
  const [target, ...label] = match[1].split("|");
  return { parts: [meant(target, decoded(label.join("|")), style)], end: at + match[0].length };
}

function meant(target, label, style) {
  const [sign, id] = [target[0], target.slice(1)];
  if (sign === "@") return { type: "user", user_id: id };
  if (sign === "#") return { type: "channel", channel_id: id, label };
  if (target.startsWith("!subteam^")) return { type: "usergroup", usergroup_id: target.slice(9), label };
  if (target.startsWith("!date^")) {
    const [, timestamp, format, url] = target.split("^");
    return { type: "date", timestamp: Number(timestamp), format, url, fallback: label, style };
  }
  if (sign === "!") return { type: "broadcast", range: id };
  return { type: "link", url: decoded(target), text: label || undefined, style };
}

function code(text, at, style) {
  const match = text[at] === "`" && matched(CODE, text, at);
  if (!match) return null;
  return { parts: [{ type: "text", text: decoded(match[1]), style: { ...style, code: true } }], end: at + match[0].length };
}

function named(text, at) {
  const match = text[at] === ":" && matched(NAMED, text, at);
  return match && isEmoji(match[1].split("::")[0])
    ? { parts: [{ type: "emoji", name: match[1] }], end: at + match[0].length }
    : null;
}

/** `*bold*` only where the signs stand at the edges of words. */
function styled(text, at, style) {
  const name = STYLES[text[at]];
  if (!name || style[name] || /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") || /\s/.test(text[at + 1] ?? " ")) return null;
  for (let end = text.indexOf(text[at], at + 2); end > 0; end = text.indexOf(text[at], end + 1)) {
    const within = text.slice(at + 1, end);
    if (within.includes("\n")) return null;
    if (!/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(text[end + 1] ?? "")) {
      return { parts: inline(within, { ...style, [name]: true }), end: end + 1 };
    }
  }
  return null;
}

/** Blocks of a text: code, quotes, and the lines between them. */
export function paragraphs(text) {
  const blocks = [];
  text.split(/```/).forEach((part, number, all) => {
    const closed = number % 2 === 1 && number < all.length - 1;
    if (closed) blocks.push({ type: "code", text: decoded(part.replace(/^\n|\n$/g, "")) });
    else blocks.push(...quotesAndLines(number % 2 === 1 ? "```" + part : part, number > 0));
  });
  return blocks;
}

function quotesAndLines(text, afterCode) {
  const blocks = [];
  let lines = text.split("\n");
  if (afterCode && lines[0] === "") lines = lines.slice(1);
  for (const line of lines) {
    const quote = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    const type = quote ? "quote" : "lines";
    const content = quote ? quote[1] : line;
    if (blocks.at(-1)?.type === type) blocks.at(-1).text += `\n${content}`;
    else blocks.push({ type, text: content });
  }
  return blocks.filter((block) => block.type !== "lines" || block.text !== "");
}

/** A mrkdwn text as people see it. */
export function Mrkdwn({ text, world, verbatim }) {
  return paragraphs(text).map((block) => {
    if (block.type === "code") return html`<pre>${block.text}</pre>`;
    const parts = html`<${Inline} parts=${inline(block.text)} world=${world} verbatim=${verbatim} />`;
    return block.type === "quote" ? html`<blockquote>${parts}</blockquote>` : html`<div class="lines">${parts}</div>`;
  });
}

const BARE_URL = /(https?:\/\/[^\s<>"]*[^\s<>".,:;!?)\]])/;

export function Inline({ parts, world, verbatim }) {
  return parts.map((part) => html`<${Part} part=${part} world=${world} verbatim=${verbatim} />`);
}

function Part({ part, world, verbatim }) {
  switch (part.type) {
    case "text":
      return wrapped(part.style, verbatim || part.style?.code ? part.text : linked(part.text));
    case "emoji":
      return html`<span class="emoji" role="img" aria-label=${part.name} title=":${part.name}:">${emoji(part.name)}</span>`;
    case "link":
      return wrapped(part.style, html`<${Link} url=${part.url}>${part.text || part.url}<//>`);
    case "user":
      return html`<span class=${part.user_id === world.me ? "mention me" : "mention"}>@${world.person(part.user_id)}</span>`;
    case "channel":
      return world.channel(part.channel_id)
        ? html`<a class="mention" href=${world.hrefOf?.(part.channel_id)}>#${world.place(part.channel_id)}</a>`
        : html`<span class="mention">#${part.label || "private"}</span>`;
    case "usergroup": {
      const group = world.seen.usergroups[part.usergroup_id];
      return html`<span class="mention">@${group?.handle ?? part.label ?? part.usergroup_id}</span>`;
    }
    case "broadcast":
      return html`<span class="mention me">@${part.range}</span>`;
    case "date": {
      const words = world.date(part.timestamp, part.format ?? "{date}");
      return part.url ? html`<${Link} url=${part.url}>${words}<//>` : html`<time title=${part.fallback}>${words}</time>`;
    }
    case "color":
      return html`<code>${part.value}</code>`;
    default:
      return html`<code class="unknown">${JSON.stringify(part)}</code>`;
  }
}

function linked(text) {
  return text
    .split(BARE_URL)
    .map((piece, number) => (number % 2 ? html`<${Link} url=${piece}>${piece}<//>` : piece));
}

export function Link({ url, children }) {
  const local = localAddress(url);
  if (local) return html`<a href=${local}>${children}</a>`;
  const safe = safeUrl(url);
  if (!safe) return html`<span class="dead-link" title=${url}>${children}</span>`;
  return html`<a href=${safe} target="_blank" rel="noopener noreferrer">${children}</a>`;
}

function wrapped(style, content) {
  if (style?.code) content = html`<code>${content}</code>`;
  if (style?.strike) content = html`<s>${content}</s>`;
  if (style?.underline) content = html`<u>${content}</u>`;
  if (style?.italic) content = html`<em>${content}</em>`;
  if (style?.bold) content = html`<strong>${content}</strong>`;
  return content;
}

/** What a person typed, as Slack stores it: its signs encoded, people and channels by their ids. */
export function written(text, world) {
  const users = Object.values(world.seen.users);
  const channels = Object.values(world.seen.channels);
  return encoded(text)
    .replace(/(^|[\s(])@([\w.-]*\w)/g, (whole, before, name) => {
      const user = users.find((one) => one.name === name);
      if (["here", "channel", "everyone"].includes(name)) return `${before}<!${name}>`;
      return user ? `${before}<@${user.id}>` : whole;
    })
    .replace(/(^|[\s(])#([\p{L}\p{N}_-]+)/gu, (whole, before, name) => {
      const channel = channels.find((one) => one.name === name);
      return channel ? `${before}<#${channel.id}>` : whole;
    })
    .replace(/(^|[\s(])(https?:\/\/[^\s&]+(?:&amp;[^\s&]+)*)/g, "$1<$2>");
}

/** What was stored, as a person types it: for editing. */
export function typed(text, world) {
  return decoded(
    text
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${world.seen.users[id]?.name ?? id}`)
      .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${world.channel(id)?.name ?? id}`)
      .replace(/<!(here|channel|everyone)>/g, "@$1")
      .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );
}
