// Rich text: drawn, and written in a plain field with Slack's own signs.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block (2026-11)

import { html } from "./html.js";
import { Inline, inline, paragraphs } from "./mrkdwn.js";

export function RichText({ block, world }) {
  return html`<div class="rich-text">
    ${block.elements.map((element) => html`<${Element} element=${element} world=${world} />`)}
  </div>`;
}

function Element({ element, world }) {
  const parts = html`<${Inline} parts=${element.elements} world=${world} verbatim />`;
  switch (element.type) {
    case "rich_text_section":
      return html`<div class="lines">${parts}</div>`;
    case "rich_text_quote":
      return html`<blockquote class="lines">${parts}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre>${parts}</pre>`;
    case "rich_text_list": {
      const items = element.elements.map(
        (item) => html`<li class="lines"><${Inline} parts=${item.elements} world=${world} verbatim /></li>`,
      );
      const indent = `indent-${Math.min(element.indent ?? 0, 8)}`;
      return element.style === "ordered"
        ? html`<ol class=${indent} start=${(element.offset ?? 0) + 1}>${items}</ol>`
        : html`<ul class=${indent}>${items}</ul>`;
    }
    default:
      return html`<code class="unknown">${JSON.stringify(element)}</code>`;
  }
}

/** What a person typed with Slack's signs (`*bold*`, `- item`, `> quote`, three backticks) as a rich text block. */
export function richText(text) {
  return { type: "rich_text", elements: paragraphs(text).flatMap(elements) };
}

function elements(block) {
  if (block.type === "code") {
    return [{ type: "rich_text_preformatted", elements: [{ type: "text", text: block.text }] }];
  }
  if (block.type === "quote") return [{ type: "rich_text_quote", elements: parts(block.text) }];
  const found = [];
  for (const line of block.text.split("\n")) {
    const item = /^\s*(?:([-•*])|(\d+)[.)])\s+(.*)$/.exec(line);
    if (item) {
      const style = item[1] ? "bullet" : "ordered";
      if (found.at(-1)?.style !== style) found.push({ type: "rich_text_list", style, elements: [] });
      found.at(-1).elements.push({ type: "rich_text_section", elements: parts(item[3]) });
    } else if (found.at(-1)?.type === "rich_text_section") {
      found.at(-1).elements.push(...parts(`\n${line}`));
    } else if (line) {
      found.push({ type: "rich_text_section", elements: parts(line) });
    }
  }
  return found;
}

function parts(text) {
  return inline(text).map(({ style, label, ...part }) => ({
    ...part,
    ...(style && Object.keys(style).length ? { style } : {}),
  }));
}

const SIGNS = [
  ["code", "`"],
  ["strike", "~"],
  ["italic", "_"],
  ["bold", "*"],
];

/** A rich text block as a person would type it. */
export function typedRichText(block) {
  return (block?.elements ?? [])
    .map((element) => {
      if (element.type === "rich_text_list") {
        const sign = (number) => (element.style === "ordered" ? `${number + 1}. ` : "- ");
        return element.elements.map((item, number) => sign(number) + typedParts(item.elements)).join("\n");
      }
      const text = typedParts(element.elements);
      if (element.type === "rich_text_preformatted") return `\`\`\`\n${text}\n\`\`\``;
      return element.type === "rich_text_quote" ? text.replace(/^/gm, "> ") : text;
    })
    .join("\n");
}

function typedParts(all) {
  return all
    .map((part) => {
      switch (part.type) {
        case "text":
          return SIGNS.reduce((text, [name, sign]) => (part.style?.[name] ? sign + text + sign : text), part.text);
        case "emoji":
          return `:${part.name}:`;
        case "link":
          return part.text ? `<${part.url}|${part.text}>` : part.url;
        case "user":
          return `<@${part.user_id}>`;
        case "channel":
          return `<#${part.channel_id}>`;
        case "broadcast":
          return `<!${part.range}>`;
        default:
          return part.fallback ?? part.value ?? "";
      }
    })
    .join("");
}
