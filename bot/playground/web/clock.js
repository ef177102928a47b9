// The local Slack's time of day, and how to jump in it. The app's clock follows; no real Slack has one to move.

import { html, useEffect, useState } from "./html.js";
import { moveClock } from "./slack.js";

const HOUR = 3600;
const JUMPS = [
  ["+1 hour", { advance: HOUR }],
  ["+1 day", { advance: 24 * HOUR }],
  ["+1 week", { advance: 7 * 24 * HOUR }],
  ["Next due", { to: "next" }],
];

export function ClockPanel({ world, say }) {
  const [wanted, setWanted] = useState("");
  const now = useRunning(world);
  const jump = async (how) => say((await moveClock(how)).error ?? null);
  return html`<details class="clock">
    <summary title="Move the clock"><span aria-label="Time">🕑 ${world.formats.full(now)}</span> <small>${world.zone}</small></summary>
    <div class="popup">
      ${JUMPS.map(([text, how]) => html`<button type="button" onClick=${() => jump(how)}>${text}</button>`)}
      <form onSubmit=${(event) => {
        event.preventDefault();
        if (wanted) jump({ now: new Date(wanted).toISOString() });
      }}>
        <label>Go to <input type="datetime-local" value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></label>
        <button type="submit">Go</button>
        <small>in this browser's own time zone</small>
      </form>
    </div>
  </details>`;
}

/** The time now: as it was when last looked, and running since. */
function useRunning(world) {
  const [, tick] = useState(0);
  const [looked, setLooked] = useState(Date.now());
  useEffect(() => setLooked(Date.now()), [world.seen.now]);
  useEffect(() => {
    const every = setInterval(() => tick((count) => count + 1), 10_000);
    return () => clearInterval(every);
  }, []);
  return new Date(world.now.getTime() + Math.max(0, Date.now() - looked));
}
