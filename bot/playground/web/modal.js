// A modal: a form, or pages of one, that the app opened for this person.

import { html, useEffect, useRef, useState } from "./html.js";
import { Blocks } from "./blocks.js";
import { Dialog } from "./dialog.js";
import { act } from "./slack.js";
import { useSurface } from "./surface.js";
import { plain } from "./words.js";

/** The view on top of this person's stack, and how many lie below it. */
export function topView(seen) {
  const mine = seen.views.filter((view) => view.type === "modal");
  const view = mine.findLast((one) => one.on_top);
  return view && { view, below: mine.filter((one) => one.root_view_id === view.root_view_id).length - 1 };
}

export function Modal({ view, below, world }) {
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState({ errors: {}, said: null });
  const body = useRef();
  const surface = useSurface({
    world,
    where: { view_id: view.id },
    blocks: view.blocks,
    kept: view.state.values,
    onRefused: (answer) => setWrong((before) => ({ ...before, said: refusal(answer) })),
  });

  async function submit(event) {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const answer = await act(world.me, "submit", { view_id: view.id, values: surface.values() });
    setBusy(false);
    setWrong({ errors: answer.errors ?? {}, said: answer.errors ? null : refusal(answer) });
  }
  useEffect(() => {
    const first = body.current?.querySelector("[aria-invalid=true]");
    first?.focus();
    first?.closest(".block")?.scrollIntoView({ block: "nearest" });
  }, [wrong.errors]);

  const close = (all) => () => act(world.me, "close", { view_id: view.id, all });
  const title = `${view.id}-title`;
  return html`<${Dialog} className="modal" labelledBy=${title} onEscape=${close(false)}>
    <form onSubmit=${submit} novalidate>
      <header>
        ${below > 0 && html`<button type="button" class="plain" aria-label="Back" onClick=${close(false)}>‹</button>`}
        <h2 id=${title}>${plain(view.title)}</h2>
        <button type="button" class="plain" aria-label="Close" onClick=${close(true)}>×</button>
      </header>
      <div class="body" ref=${body}>
        ${(wrong.said ?? view.trouble) && html`<p class="trouble" role="alert">${wrong.said ?? view.trouble}</p>`}
        <${Blocks} blocks=${view.blocks} surface=${{ ...surface, isBusy }} errors=${{ ...view.errors, ...wrong.errors }} />
      </div>
      <footer>
        <button type="button" onClick=${close(false)}>${view.close ? plain(view.close) : "Close"}</button>
        ${view.submit &&
        html`<button type="submit" class="primary ${isBusy ? "waiting" : ""}" aria-busy=${isBusy}
          disabled=${isBusy || view.submit_disabled}>${plain(view.submit)}</button>`}
      </footer>
    </form>
  <//>`;
}

/** What is said of an act that did not go well; null of one that did. */
export function refusal(answer) {
  if (answer.error) return answer.error;
  if (answer.status === "client_refused") return answer.body;
  if (answer.trouble) return answer.because ? `${answer.trouble} (${answer.because})` : answer.trouble;
  if (answer.status === 200 || answer.status === "not_dispatched") return null;
  return `The app did not answer as it should: ${answer.status}.`;
}
