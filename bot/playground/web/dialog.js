// Windows that lie over everything: the browser's own dialog keeps the focus inside.

import { html, render, useLayoutEffect, useRef } from "./html.js";
import { Mrkdwn } from "./mrkdwn.js";
import { plain } from "./words.js";

/** `onEscape` decides what Esc does; the browser never closes it by itself. */
export function Dialog({ className, label, labelledBy, onEscape, children }) {
  const dialog = useRef();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    dialog.current.querySelector(".body :is(input, textarea, button):not(:disabled), footer .primary")?.focus();
    const shown = dialog.current;
    return () => {
      shown.close(); // while it is open, nothing outside of it can have the focus
      if (before?.isConnected) before.focus();
    };
  }, []);
  const escape = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    onEscape();
  };
  return html`<dialog ref=${dialog} class=${className} aria-label=${label} aria-labelledby=${labelledBy}
    onKeyDown=${escape} onCancel=${(event) => event.preventDefault()}>${children}</dialog>`;
}

/** Asks what an element's `confirm` asks; true when the person agrees, or when there is nothing to ask. */
export function agreed(confirm, world) {
  if (!confirm) return Promise.resolve(true);
  const place = document.body.appendChild(document.createElement("div"));
  return new Promise((resolve) => {
    const answer = (yes) => () => {
      render(null, place);
      place.remove();
      resolve(yes);
    };
    const danger = confirm.style === "danger";
    render(
      html`<${Dialog} className="confirm" label=${plain(confirm.title)} onEscape=${answer(false)}>
        <h2>${plain(confirm.title)}</h2>
        <div class="body">
          ${confirm.text.type === "mrkdwn" ? html`<${Mrkdwn} text=${confirm.text.text} world=${world} />` : plain(confirm.text)}
        </div>
        <footer>
          <button type="button" onClick=${answer(false)}>${plain(confirm.deny)}</button>
          <button type="button" class=${danger ? "danger" : "primary"} autofocus onClick=${answer(true)}>${plain(confirm.confirm)}</button>
        </footer>
      <//>`,
      place,
    );
  });
}
