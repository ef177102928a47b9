// All that Slack and the app said to each other, and ways to make it go wrong.

import { html, useEffect, useRef, useState } from "./html.js";
import { addFault, change, clearFaults, ledger, replay } from "./slack.js";

const SHOWN = 300;
const FAULTS = {
  error: ["answers with this error", "fatal_error"],
  http: ["answers with this HTTP status", "503"],
  latency: ["is this many seconds late", "4"],
  hang: ["is never answered (seconds)", "30"],
  reset_after_commit: ["is done, but its answer is lost", ""],
  error_after_commit: ["is done, but answered with this error", "internal_error"],
  late_commit: ["is done only after this many seconds", "4"],
};

export function Inspector({ world, version, onClose }) {
  const entries = useLedger(version);
  const [sought, setSought] = useState("");
  const wanted = sought.toLowerCase();
  const found = wanted ? entries.filter((entry) => JSON.stringify(entry).toLowerCase().includes(wanted)) : entries;
  return html`<aside class="pane inspector" aria-label="Inspector">
    <header><h2>Inspector</h2><button type="button" class="plain" aria-label="Close inspector" onClick=${onClose}>×</button></header>
    <div class="tools">
      <input type="search" aria-label="Find in requests and calls" placeholder="Find: method, error, text …" value=${sought} onInput=${(event) => setSought(event.target.value)} />
      <label><input type="checkbox" checked=${world.seen.rate_limits} onChange=${(event) => change({ rate_limits: event.target.checked })} /> Slack's rate limits</label>
      <${FaultForm} faults=${world.seen.faults} methods=${[...new Set(entries.filter(isCall).map(({ method }) => method))]} />
    </div>
    <div class="scroll" tabindex="0" role="log" aria-label="Requests and calls, the newest first">
      ${found
        .slice(-SHOWN)
        .reverse()
        .map((entry) => html`<${Entry} key=${entry.seq} entry=${entry} world=${world} />`)}
      ${!found.length && html`<p class="empty">Nothing yet.</p>`}
    </div>
  </aside>`;
}

const isCall = ({ kind }) => kind === "call";

/** The ledger, its newest entries asked for again until each has its answer. */
function useLedger(version) {
  const [entries, setEntries] = useState([]);
  const from = useRef(0);
  useEffect(() => {
    let isOld = false;
    ledger(from.current).then((newer) => {
      if (isOld) return;
      setEntries((before) => [...before.filter(({ seq }) => seq <= from.current), ...newer]);
      const open = newer.find((entry) => entry.status === null);
      from.current = open ? open.seq - 1 : (newer.at(-1)?.seq ?? from.current);
    });
    return () => {
      isOld = true;
    };
  }, [version]);
  return entries;
}

function Entry({ entry, world }) {
  const [isOpen, setOpen] = useState(false);
  const call = isCall(entry);
  const error = problem(entry);
  const name = call ? entry.method : requestName(entry);
  return html`<details class="entry ${error ? "refused" : ""}" onToggle=${(event) => setOpen(event.target.open)}>
    <summary>
      <span class="way" title=${call ? "The app calls Slack" : "Slack asks the app"}>${call ? "app → Slack" : "Slack → app"}</span>
      <code>${name}</code>
      <span class="outcome">${error ?? (entry.status === null ? "…" : "ok")}</span>
      <span class="ms">${entry.ms === undefined ? "" : `${Math.round(entry.ms)} ms`}</span>
    </summary>
    ${isOpen &&
    html`<div class="body">
      <p class="note">#${entry.seq} · ${world.formats.seconds(new Date(entry.at))} · HTTP ${entry.status}${entry.retry ? ` · retry ${entry.retry}` : ""}${entry.fault ? ` · fault: ${entry.fault}` : ""}</p>
      ${entry.rule && html`<p class="rule">Rule: ${entry.rule}. <a href=${entry.source} target="_blank" rel="noopener noreferrer">Where Slack says so</a></p>`}
      ${call
        ? html`<button type="button" onClick=${() => addFault({ method: entry.method, kind: "error", value: "fatal_error" })}>Fail the next ${entry.method}</button>`
        : html`<button type="button" onClick=${() => replay(entry.seq, 1)}>Send again</button>
            <button type="button" onClick=${() => replay(entry.seq, 2)}>Send twice</button>`}
      <h3>${call ? "Asked" : "Payload"}</h3>
      <pre tabindex="0">${JSON.stringify(entry.arguments ?? entry.payload, null, 2)}</pre>
      <h3>Answer</h3>
      <pre tabindex="0">${JSON.stringify(entry.answer, null, 2)}</pre>
    </div>`}
  </details>`;
}

function requestName({ type, payload }) {
  const of = {
    slash_commands: payload.command,
    events_api: payload.event?.type,
    interactive: [payload.type, payload.actions?.[0]?.action_id ?? payload.view?.callback_id ?? payload.callback_id].filter(Boolean).join(" "),
    options: `block_suggestion ${payload.action_id}`,
  };
  return of[type] ?? type;
}

/** What went wrong with an entry, in a word or two; null when nothing did. */
function problem({ kind, status, answer, fault }) {
  if (status === null) return null;
  if (kind === "call" && answer?.ok === false) return answer.error;
  if (typeof status === "string") return status;
  if (status >= 400) return `HTTP ${status}`;
  return fault ?? null;
}

function FaultForm({ faults, methods }) {
  const [method, setMethod] = useState("chat.postMessage");
  const [kind, setKind] = useState("error");
  const [value, setValue] = useState(FAULTS.error[1]);
  const [said, say] = useState(null);
  async function add(event) {
    event.preventDefault();
    const number = Number(value);
    say((await addFault({ method, kind, value: value === "" || Number.isNaN(number) ? value || null : number })).error ?? null);
  }
  const waiting = faults.filter(({ met, times }) => times === null || met < times);
  return html`<details class="faults">
    <summary>Fail the next call with…${waiting.length > 0 && html` <span class="badge">${waiting.length} waiting</span>`}</summary>
    <form onSubmit=${add}>
      <label>The next <input list="methods" value=${method} onInput=${(event) => setMethod(event.target.value)} /></label>
      <datalist id="methods">${methods.map((name) => html`<option value=${name} />`)}</datalist>
      <label><select aria-label="How it fails" value=${kind} onChange=${(event) => {
        setKind(event.target.value);
        setValue(FAULTS[event.target.value][1]);
      }}>${Object.entries(FAULTS).map(([name, [text]]) => html`<option value=${name}>${text}</option>`)}</select></label>
      ${FAULTS[kind][1] !== "" && html`<input aria-label="With" value=${value} onInput=${(event) => setValue(event.target.value)} />`}
      <button type="submit">Add</button>
      ${waiting.length > 0 && html`<button type="button" onClick=${clearFaults}>Clear all</button>`}
      ${said && html`<p class="error" role="alert">${said}</p>`}
    </form>
    <ul>${waiting.map((fault) => html`<li><code>${fault.method}</code> ${FAULTS[fault.kind][0]} ${String(fault.value ?? "")}</li>`)}</ul>
  </details>`;
}
