// Who one is, and where one can go.

import { html, useState } from "./html.js";
import { Dialog } from "./dialog.js";
import { Picker } from "./popup.js";
import { act } from "./slack.js";

export function Sidebar({ world, place, href, isUnread, onOpen, isOpen, onClose }) {
  const all = Object.values(world.seen.channels).filter((channel) => channel.team_id === world.workspace.team_id);
  const mine = all.filter((channel) => channel.members.includes(world.me));
  const bot = world.workspace.bot_user_id;
  const isChannel = ({ kind }) => kind === "public" || kind === "private";
  const byName = (one, other) => world.place(one.id).localeCompare(world.place(other.id));
  const sections = [
    ["Channels", mine.filter((channel) => isChannel(channel) && !channel.is_archived)],
    ["Direct messages", mine.filter(({ kind, members }) => kind === "im" && !members.includes(bot))],
    ["Group messages", mine.filter(({ kind }) => kind === "mpim")],
    ["Other channels", all.filter((channel) => isChannel(channel) && (!channel.members.includes(world.me) || channel.is_archived))],
  ];
  const [isWriting, setWriting] = useState(false);
  const [sought, setSought] = useState("");
  const fits = (channel) => label(channel, world).toLowerCase().includes(sought.trim().toLowerCase());
  const found = sections.map(([name, channels]) => [name, channels.filter(fits).sort(byName)]);
  const openFirst = (event) => {
    const first = found.flatMap(([, channels]) => channels)[0];
    if (event.key === "Enter" && first) onOpen(first.id);
    if (event.key === "Enter" || event.key === "Escape") setSought("");
  };
  const entry = (key, text, to, unread) => html`<li key=${key}>
    <a href=${to} class=${unread ? "unread" : ""} aria-current=${place === key ? "page" : undefined} onClick=${onClose}>
      ${text}${unread && html`<span class="dot" role="img" aria-label="unread"></span>`}</a></li>`;

  return html`<nav class="sidebar ${isOpen ? "open" : ""}" aria-label="Conversations">
    <div class="workspace">${world.workspace.name}</div>
    <${You} world=${world} href=${href} />
    <ul>${entry("app", `🤝 ${world.seen.app.name}`, href({ place: "app" }), isUnread("app"))}</ul>
    <input type="search" aria-label="Find a conversation" placeholder="Find a conversation" value=${sought}
      onInput=${(event) => setSought(event.target.value)} onKeyDown=${openFirst} />
    ${found.map(
      ([name, channels]) =>
        channels.length > 0 &&
        html`<h2>${name}</h2>
          <ul>${channels.map((channel) => entry(channel.id, label(channel, world), href({ place: channel.id }), isUnread(channel.id)))}</ul>`,
    )}
    <button type="button" class="link" onClick=${() => setWriting(true)}>＋ New message</button>
    ${isWriting && html`<${NewMessage} world=${world} onClose=${() => setWriting(false)} onOpen=${onOpen} />`}
  </nav>`;
}

function label(channel, world) {
  const sign = channel.is_archived ? "🗄 " : { public: "# ", private: "🔒 " }[channel.kind] ?? "";
  return sign + world.place(channel.id);
}

const ROLES = [
  ["is_stranger", "of another workspace"],
  ["is_restricted", "guest"],
  ["is_owner", "owner"],
  ["is_admin", "admin"],
];

function You({ world, href }) {
  const people = Object.values(world.seen.users).filter((user) => !user.is_bot && !user.deleted);
  const role = (user) => user.profile.title || ROLES.find(([name]) => user[name])?.[1] || "member";
  return html`<label class="you">You are
    <select value=${world.me} onChange=${(event) => location.assign(href({ user: event.target.value }))}>
      ${people.map((user) => html`<option value=${user.id} selected=${user.id === world.me}>${world.person(user.id)}, ${role(user)}</option>`)}
    </select></label>`;
}

function NewMessage({ world, onClose, onOpen }) {
  const [chosen, setChosen] = useState([]);
  const people = Object.values(world.seen.users)
    .filter((user) => !user.deleted && user.id !== world.me)
    .map((user) => ({ key: user.id, text: world.person(user.id), description: user.profile.title }));
  async function open(event) {
    event.preventDefault();
    if (!chosen.length) return;
    const { channel } = await act(world.me, "open", { users: chosen.map(({ key }) => key) });
    onClose();
    onOpen(channel);
  }
  return html`<${Dialog} className="confirm" label="New message" onEscape=${onClose}>
    <form onSubmit=${open}>
      <h2>New message</h2>
      <div class="body"><${Picker} label="To" options=${people} chosen=${chosen} multiple most=${8} placeholder="To whom?" onChoose=${setChosen} /></div>
      <footer><button type="button" onClick=${onClose}>Cancel</button><button type="submit" class="primary">Go</button></footer>
    </form>
  <//>`;
}
