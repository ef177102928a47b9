// What every other file draws with: `html` makes elements of a template, and text in it stays text.

import { h, render } from "preact";
import htm from "./vendor/htm-3.1.1/htm.mjs";

export { render };
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/preact-11.2.0/hooks.mjs";
export const html = htm.bind(h);

/** Only what a browser may follow or load without running anything. */
export function safeUrl(url) {
  return /^(https?:|mailto:)/i.test(url ?? "") ? url : undefined;
}
