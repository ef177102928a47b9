// Markdown of `markdown` blocks and canvases. The library only reads it; what is drawn is drawn here, as text.

import { html, safeUrl } from "./html.js";
import { Link } from "./mrkdwn.js";
import { plain } from "./words.js";
import { lexer } from "./vendor/marked-18.2.1/marked.mjs";

export function Markdown({ text }) {
  return html`<div class="markdown">${lexer(text, { gfm: true }).map(drawn)}</div>`;
}

const all = (tokens) => tokens?.map(drawn);
const unescaped = (text) =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

function drawn(token) {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return html`<div class="heading h${token.depth}" role="heading" aria-level=${token.depth}>${all(token.tokens)}</div>`;
    case "paragraph":
      return html`<p>${all(token.tokens)}</p>`;
    case "text":
      return token.tokens ? all(token.tokens) : plain(unescaped(token.text));
    case "escape":
      return unescaped(token.text);
    case "strong":
      return html`<strong>${all(token.tokens)}</strong>`;
    case "em":
      return html`<em>${all(token.tokens)}</em>`;
    case "del":
      return html`<s>${all(token.tokens)}</s>`;
    case "codespan":
      return html`<code>${unescaped(token.text)}</code>`;
    case "code":
      return html`<pre>${token.text}</pre>`;
    case "br":
      return html`<br />`;
    case "hr":
      return html`<hr />`;
    case "blockquote":
      return html`<blockquote>${all(token.tokens)}</blockquote>`;
    case "link":
      return html`<${Link} url=${token.href}>${all(token.tokens)}<//>`;
    case "image":
      return html`<img src=${safeUrl(token.href)} alt=${token.text} />`;
    case "list":
      return token.ordered
        ? html`<ol start=${token.start || 1}>${token.items.map(item)}</ol>`
        : html`<ul>${token.items.map(item)}</ul>`;
    case "table":
      return table(token);
    default:
      return token.raw; // HTML among it: shown, never run
  }
}

function item(token) {
  const box = token.task && html`<input type="checkbox" checked=${token.checked} disabled aria-label="done" /> `;
  return html`<li>${box}${all(token.tokens.filter((one) => one.type !== "checkbox"))}</li>`;
}

function table({ header, rows, align }) {
  const cells = (row, Tag) => row.map((cell, n) => html`<${Tag} class=${align[n] ?? ""}>${all(cell.tokens)}<//>`);
  return html`<div class="table"><table>
    <thead><tr>${cells(header, "th")}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cells(row, "td")}</tr>`)}</tbody>
  </table></div>`;
}
