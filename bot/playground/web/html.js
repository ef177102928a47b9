// What every other file draws with: `html` makes elements of a template, and text in it stays text.

import { h, render } from "preact";
import htm from "./vendor/htm-3.1.1/htm.mjs";

export { render };
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/preact-11.2.0/hooks.mjs";
export const html = htm.bind(h);

const MESSAGE = /^https:\/\/[\w.-]+\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})(?:\?thread_ts=([\d.]+))?/;

/** The address in this page of a message that a permalink means, as the same person; null of any other link. */
export function localAddress(url) {
  const match = MESSAGE.exec(url ?? "");
  if (!match) return null;
  const [, channel, seconds, rest, thread] = match;
  const user = location.hash.split("/")[1];
  return `#/${user}/${channel}?at=${seconds}.${rest}${thread ? `&thread=${thread}` : ""}`;
}

/** Goes where a button's link goes. */
export function follow(url) {
  const local = localAddress(url);
  if (local) location.hash = local;
  else if (safeUrl(url)) window.open(url, "_blank", "noopener,noreferrer");
}

/** Only what a browser may follow or load without running anything. */
export function safeUrl(url) {
  return /^(https?:|mailto:)/i.test(url ?? "") ? url : undefined;
}
