// Where messages and slash commands are typed, with what completes them.

import { html, useEffect, useRef, useState } from "./html.js";
import { emoji, findEmoji } from "./emoji.js";
import { refusal } from "./modal.js";
import { written } from "./mrkdwn.js";
import { Menu, useId } from "./popup.js";
import { act, base64 } from "./slack.js";

const NO_THREADS = "is not supported in threads. Sorry!"; // as Slack says it

/** What was begun and not sent, by person, conversation and thread. */
const drafts = new Map();

export function Composer({ world, channel, thread, say }) {
  const place = `${world.me} ${channel.id} ${thread ?? ""}`;
  const [text, setText] = useState(() => drafts.get(place)?.text ?? "");
  const [caret, setCaret] = useState(0);
  const [files, setFiles] = useState(() => drafts.get(place)?.files ?? []);
  const [isBusy, setBusy] = useState(false);
  const [active, setActive] = useState(0);
  const [isHidden, setHidden] = useState(false);
  const field = useRef();
  const listId = useId("completions");
  useEffect(() => {
    drafts.set(place, { text, files });
  }, [text, files]);
  /** Files dropped or pasted are attached. */
  function take(event, { files: given }) {
    if (!given.length || channel.is_archived) return;
    event.preventDefault();
    setFiles([...files, ...given]);
  }
  const offers = isHidden ? [] : completions(text, caret, world);
  const current = Math.min(active, offers.length - 1);
  const change = (now, at = now.length) => {
    setText(now);
    setCaret(at);
    setActive(0);
    setHidden(false);
  };

  async function send() {
    const said = text.trim();
    if (isBusy || (!said && !files.length)) return;
    const command = !files.length && /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(said);
    if (command && thread) return say(`${command[1]} ${NO_THREADS}`);
    setBusy(true);
    const answer = command
      ? await act(world.me, "command", { channel: channel.id, command: command[1], text: command[2] ?? "" })
      : await post(said);
    setBusy(false);
    const problem = refusal(answer);
    say(problem && command ? failure(command[1], problem, answer) : problem);
    if (!problem) {
      drafts.delete(place);
      change("");
      setFiles([]);
    }
    field.current?.focus();
  }
  async function post(said) {
    const attached = await Promise.all(files.map(async (file) => ({ name: file.name, base64: await base64(file) })));
    return act(world.me, "message", { channel: channel.id, text: written(said, world), thread_ts: thread, files: attached });
  }
  function complete(offer) {
    const before = text.slice(0, caret).replace(/\S*$/, "") + offer.insert + " ";
    change(before + text.slice(caret), before.length);
    field.current.focus();
  }
  function onKeyDown(event) {
    if (event.isComposing) return;
    const isOpen = offers.length > 0;
    const act = {
      ArrowDown: () => isOpen && setActive((current + 1) % offers.length),
      ArrowUp: () => isOpen && setActive((current - 1 + offers.length) % offers.length),
      Tab: () => isOpen && !event.shiftKey && complete(offers[current]),
      Escape: () => isOpen && setHidden(true),
      Enter: () => !event.shiftKey && (isOpen && !offers[current].isWhole ? complete(offers[current]) : send()),
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }
  const shortcuts = world.seen.app.shortcuts
    .filter(({ type }) => type === "global")
    .map(({ name, description, callback_id }) => ({
      text: name,
      description: `${world.seen.app.name} · ${description}`,
      do: async () => say(refusal(await act(world.me, "shortcut", { callback_id }))),
    }));

  return html`<div class="composer" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => take(event, event.dataTransfer)}>
    ${offers.length > 0 &&
    html`<div class="popup" role="listbox" id=${listId} aria-label="Completions">
      ${offers.map(
        (offer, number) => html`<div role="option" id="${listId}-${number}" aria-selected=${number === current}
          onPointerDown=${(event) => {
            event.preventDefault();
            complete(offer);
          }}><strong>${offer.text}</strong> <small>${offer.description}</small></div>`,
      )}
    </div>`}
    ${files.length > 0 &&
    html`<div class="attached">
      ${files.map(
        (file) => html`<span class="token">${file.name}
          <button type="button" aria-label="Remove ${file.name}" onClick=${() => setFiles(files.filter((one) => one !== file))}>×</button></span>`,
      )}
    </div>`}
    <textarea ref=${field} rows="1" aria-label=${thread ? "Reply" : `Message ${world.place(channel.id)}`} placeholder=${thread ? "Reply…" : `Message ${world.place(channel.id)}, or / for commands`}
      value=${text} disabled=${channel.is_archived} aria-controls=${offers.length ? listId : undefined} aria-autocomplete="list"
      aria-activedescendant=${offers.length ? `${listId}-${current}` : undefined}
      onInput=${(event) => change(event.target.value, event.target.selectionStart)}
      onClick=${(event) => setCaret(event.target.selectionStart)} onKeyDown=${onKeyDown}
      onPaste=${(event) => take(event, event.clipboardData)}></textarea>
    <div class="buttons">
      <label class="attach" title="Attach files"><input type="file" multiple aria-label="Attach files"
        onChange=${(event) => {
          setFiles([...files, ...event.target.files]);
          event.target.value = "";
        }} /><span aria-hidden="true">＋</span></label>
      ${shortcuts.length > 0 && html`<${Menu} label="Shortcuts" icon="⚡" items=${shortcuts} className="plain" />`}
      <span class="hint">Enter sends, Shift+Enter makes a line</span>
      <button type="button" class="primary ${isBusy ? "waiting" : ""}" aria-busy=${isBusy} onClick=${send} aria-label="Send">➤</button>
    </div>
  </div>`;
}

function failure(command, problem, answer) {
  return answer.status === "client_refused" ? problem : `${command} failed: ${problem}`;
}

/** What may complete the word before the caret: commands, people, channels, emoji. */
function completions(text, caret, world) {
  const before = text.slice(0, caret);
  if (/^\/[\w-]*$/.test(before)) {
    return world.seen.app.commands
      .filter(({ command }) => command.startsWith(before))
      .map(({ command, description, usage_hint: hint }) => ({
        insert: command,
        text: `${command} ${hint ?? ""}`,
        description,
        isWhole: command === before,
      }));
  }
  const word = /(?:^|\s)([@#:])([\p{L}\p{N}_.+-]*)$/u.exec(before);
  if (!word) return [];
  const [, sign, begun] = word;
  const wanted = begun.toLowerCase();
  if (sign === ":") {
    if (begun.length < 2) return [];
    return findEmoji(wanted, 8).map((name) => ({ insert: `:${name}:`, text: emoji(name), description: `:${name}:` }));
  }
  if (sign === "#") {
    return Object.values(world.seen.channels)
      .filter(({ name, kind }) => name?.startsWith(wanted) && kind !== "mpim")
      .slice(0, 8)
      .map(({ name }) => ({ insert: `#${name}`, text: `#${name}`, description: "", isWhole: name === wanted }));
  }
  const words = (user) => `${user.name} ${user.profile.real_name}`.toLowerCase();
  const begins = (user) => words(user).split(" ").some((each) => each.startsWith(wanted));
  return Object.values(world.seen.users)
    .filter((user) => !user.deleted && words(user).includes(wanted))
    .sort((one, other) => begins(other) - begins(one))
    .slice(0, 8)
    .map((user) => ({ insert: `@${user.name}`, text: user.profile.real_name, description: `@${user.name}`, isWhole: user.name === wanted }));
}
