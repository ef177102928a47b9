// One message: who, when, what, and all that can be done with it.

import { html, useState } from "./html.js";
import { Blocks } from "./blocks.js";
import { findEmoji, emoji } from "./emoji.js";
import { refusal } from "./modal.js";
import { Mrkdwn, typed, written } from "./mrkdwn.js";
import { Menu } from "./popup.js";
import { act } from "./slack.js";
import { useSurface } from "./surface.js";
import { colour, initials } from "./words.js";

const QUICK = ["+1", "white_check_mark", "eyes", "tada", "heart", "thinking_face"];

export function Avatar({ world, author }) {
  const isApp = author === world.workspace.bot_user_id;
  return html`<span class="avatar ${isApp ? "app" : `colour-${colour(author)}`}" aria-hidden="true">${isApp ? "🤝" : initials(world.person(author))}</span>`;
}

/** `chain`: it follows another of the same author, so its head is left out. `open(ts)`: opens a thread. */
export function Message({ message, world, channel, chain, inThread, open, say, onDismiss }) {
  const [isEditing, setEditing] = useState(false);
  const [isHovered, setHovered] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const where = { channel: channel.id, ts: message.ts };
  const tell = (answer) => say(refusal(answer));
  const surface = useSurface({ world, where, blocks: message.blocks ?? [], onRefused: tell });
  const author = message.user ?? world.workspace.bot_user_id;
  const isEphemeral = Boolean(message.is_ephemeral);
  const react = async (name) => {
    const has = message.reactions?.find((one) => one.name === name)?.users.includes(world.me);
    tell(await act(world.me, has ? "unreact" : "react", { ...where, name }));
  };

  return html`<article class="message ${chain ? "chain" : ""} ${isEphemeral ? "ephemeral" : ""}" id="m-${message.ts}"
    aria-label="${world.person(author)}, ${world.full(message.ts)}" tabindex="0"
    onMouseEnter=${() => setHovered(true)} onMouseLeave=${() => setHovered(false)} onFocusIn=${() => setFocus(true)}
    onFocusOut=${(event) => event.currentTarget.contains(event.relatedTarget) || setFocus(false)}>
    ${chain ? html`<time class="beside" title=${world.full(message.ts)}>${world.time(message.ts)}</time>` : html`<${Avatar} world=${world} author=${author} />`}
    <div class="content">
      ${isEphemeral && html`<div class="note">👁 Only visible to you · <button type="button" class="link" onClick=${onDismiss}>Dismiss message</button></div>`}
      ${channel.pins.some((pin) => (pin.message?.ts ?? pin.ts) === message.ts) && html`<div class="note">📌 Pinned</div>`}
      ${!chain &&
      html`<div class="head"><strong>${world.person(author)}</strong>${message.bot_id && html`<span class="badge">APP</span>`}
        <time title=${world.full(message.ts)}>${world.time(message.ts)}</time></div>`}
      ${isEditing
        ? html`<${Editor} message=${message} world=${world} where=${where} say=${tell} onDone=${() => setEditing(false)} />`
        : html`<${Body} message=${message} surface=${surface} world=${world} />`}
      ${message.reactions?.length > 0 && html`<${Reactions} all=${message.reactions} world=${world} react=${react} />`}
      ${!inThread &&
      message.reply_count > 0 &&
      html`<button type="button" class="replies" onClick=${() => open(message.ts)}>
        ${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"} <span>Last ${world.full(message.latest_reply)}</span></button>`}
      ${!inThread &&
      message.subtype === "thread_broadcast" &&
      html`<button type="button" class="replies" onClick=${() => open(message.thread_ts)}>replied to a thread</button>`}
    </div>
    ${!isEphemeral && (isHovered || hasFocus) && html`<${Toolbar} ...${{ message, world, channel, where, react, inThread, open, tell, edit: () => setEditing(true) }} />`}
  </article>`;
}

function Body({ message, surface, world }) {
  if (message.subtype === "tombstone") return html`<p class="note">This message was deleted.</p>`;
  return html`
    ${message.blocks?.length ? html`<${Blocks} blocks=${message.blocks} surface=${surface} />` : html`<${Mrkdwn} text=${message.text ?? ""} world=${world} />`}
    ${message.edited && html`<span class="note">(edited)</span>`}
    ${message.attachments?.map(
      (attachment) => html`<div class="attachment">
        ${attachment.pretext && html`<${Mrkdwn} text=${attachment.pretext} world=${world} />`}
        ${attachment.blocks ? html`<${Blocks} blocks=${attachment.blocks} surface=${surface} />` : html`<${Mrkdwn} text=${attachment.text ?? attachment.fallback ?? ""} world=${world} />`}
      </div>`,
    )}
    ${message.files?.map(
      (file) => html`<a class="file" href="/_control/files/${file.id}" download=${file.name}>${file.mimetype?.startsWith("image/") ? html`<img src="/_control/files/${file.id}" alt=${file.title || file.name} loading="lazy" />` : "📄"} <span>${file.title || file.name}<small>${size(file.size)} · ${file.filetype}</small></span></a>`,
    )}
  `;
}

const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`);

function Reactions({ all, world, react }) {
  return html`<div class="reactions">
    ${all.map(({ name, users }) => {
      const who = users.map((id) => world.person(id)).join(", ");
      return html`<button type="button" class=${users.includes(world.me) ? "mine" : ""} aria-pressed=${users.includes(world.me)}
        title="${who}: :${name}:" aria-label="${name}, ${users.length}: ${who}" onClick=${() => react(name)}>${emoji(name)} ${users.length}</button>`;
    })}
  </div>`;
}

function Toolbar({ message, world, channel, where, react, inThread, open, tell, edit }) {
  const [isPicking, setPicking] = useState(false);
  const shortcuts = world.seen.app.shortcuts
    .filter(({ type }) => type === "message")
    .map(({ name, description, callback_id }) => ({
      text: name,
      description: `${world.seen.app.name} · ${description}`,
      do: async () => tell(await act(world.me, "shortcut", { callback_id, ...where })),
    }));
  const link = `https://${world.workspace.domain}.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}`;
  const own = message.user === world.me && [
    { text: "Edit message", do: edit },
    { text: "Delete message", danger: true, do: async () => tell(await act(world.me, "delete", where)) },
  ];
  const items = [...shortcuts, { text: "Copy link", do: () => navigator.clipboard.writeText(link) }, ...(own || [])];
  return html`<div class="toolbar" role="group" aria-label="Message actions">
    ${isPicking
      ? html`<${ReactionPicker} onDone=${(name) => {
          setPicking(false);
          if (name) react(name);
        }} />`
      : html`<button type="button" aria-label="Add a reaction" title="Add a reaction" onClick=${() => setPicking(true)}>☺</button>
          ${!inThread && html`<button type="button" aria-label="Reply in thread" title="Reply in thread" onClick=${() => open(message.thread_ts ?? message.ts)}>💬</button>`}
          <${Menu} label="More actions" icon="⋮" items=${items} />`}
  </div>`;
}

function ReactionPicker({ onDone }) {
  const [sought, setSought] = useState("");
  const names = sought ? findEmoji(sought.replaceAll(":", "").toLowerCase(), 12) : QUICK;
  const keys = (event) => {
    if (event.key === "Escape") onDone(null);
    if (event.key === "Enter" && names.length) onDone(names[0]);
  };
  return html`<div class="reaction-picker" onKeyDown=${keys}>
    <input type="search" placeholder="Find an emoji" aria-label="Find an emoji" ref=${(input) => input?.focus()} value=${sought}
      onInput=${(event) => setSought(event.target.value)} />
    <div>${names.map((name) => html`<button type="button" title=":${name}:" aria-label=${name} onClick=${() => onDone(name)}>${emoji(name)}</button>`)}</div>
  </div>`;
}

function Editor({ message, world, where, say, onDone }) {
  const [text, setText] = useState(() => typed(message.text, world));
  async function save(event) {
    event.preventDefault();
    say(await act(world.me, "edit", { ...where, text: written(text, world) }));
    onDone();
  }
  return html`<form class="editor" onSubmit=${save} onKeyDown=${(event) => event.key === "Escape" && onDone()}>
    <textarea aria-label="Edit message" ref=${(field) => field?.focus()} value=${text} onInput=${(event) => setText(event.target.value)}></textarea>
    <button type="button" onClick=${onDone}>Cancel</button>
    <button type="submit" class="primary">Save</button>
  </form>`;
}
