// Block Kit's blocks. What this page cannot draw is shown as its JSON, never left out.
// https://docs.slack.dev/reference/block-kit/blocks (2026-11)

import { html, safeUrl } from "./html.js";
import { Element, Unknown } from "./elements.js";
import { Markdown } from "./markdown.js";
import { Link, Mrkdwn } from "./mrkdwn.js";
import { useId } from "./popup.js";
import { RichText } from "./rich_text.js";
import { plain } from "./words.js";

/** `errors`: what is said under the fields, by block id. */
export function Blocks({ blocks, surface, errors = {} }) {
  return (blocks ?? []).map((block, number) => {
    const Drawn = KINDS[block.type] ?? Unknown;
    return html`<div class="block ${block.type}" key=${block.block_id ?? number} data-block=${block.block_id}>
      <${Drawn} block=${block} surface=${surface} world=${surface.world} error=${errors[block.block_id]} what="block" />
    </div>`;
  });
}

function Text({ text, world }) {
  if (!text) return null;
  return text.type === "mrkdwn"
    ? html`<${Mrkdwn} text=${text.text} world=${world} verbatim=${text.verbatim} />`
    : html`<div class="lines">${plain(text)}</div>`;
}

function Picture({ image }) {
  const kept = image.slack_file?.id ?? image.slack_file?.url?.split("/").pop();
  const url = image.image_url ?? (kept && new URL(`/_control/files/${kept}`, location.href).href);
  return html`<img src=${safeUrl(url)} alt=${image.alt_text} loading="lazy" />`;
}

function Section({ block, surface, world }) {
  const accessory = block.accessory;
  return html`<div class="main">
      <${Text} text=${block.text} world=${world} />
      ${block.fields && html`<div class="fields">${block.fields.map((field) => html`<div><${Text} text=${field} world=${world} /></div>`)}</div>`}
    </div>
    ${accessory &&
    html`<div class="accessory">
      ${accessory.type === "image"
        ? html`<${Picture} image=${accessory} />`
        : html`<${Element} block=${block} element=${accessory} surface=${surface} />`}
    </div>`}`;
}

function Header({ block }) {
  return html`<h3>${plain(block.text)}</h3>`;
}

function Context({ block, world }) {
  return block.elements.map((element) =>
    element.type === "image" ? html`<${Picture} image=${element} />` : html`<${Text} text=${element} world=${world} />`,
  );
}

function Actions({ block, surface }) {
  return block.elements.map((element) => html`<${Element} block=${block} element=${element} surface=${surface} />`);
}

function Input({ block, surface, error }) {
  const id = useId("field");
  const isGroup = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const field = {
    id,
    label: plain(block.label),
    labelledBy: `${id}-label`,
    describedBy: [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
    invalid: Boolean(error),
    required: !block.optional,
  };
  const label = html`${plain(block.label)}${block.optional && html` <span class="optional">(optional)</span>`}`;
  return html`
    ${isGroup ? html`<div class="label" id=${field.labelledBy}>${label}</div>` : html`<label class="label" id=${field.labelledBy} for=${id}>${label}</label>`}
    <${Element} block=${block} element=${block.element} surface=${surface} field=${field} />
    ${error && html`<p class="error" role="alert" id="${id}-error">${error}</p>`}
    ${block.hint && html`<p class="hint" id="${id}-hint">${plain(block.hint)}</p>`}
  `;
}

function Image({ block, world }) {
  return html`<figure>
    ${block.title && html`<figcaption>${plain(block.title)}</figcaption>`}
    <${Picture} image=${block} />
  </figure>`;
}

function Video({ block }) {
  return html`<strong><${Link} url=${block.title_url ?? block.video_url}>${plain(block.title)}<//></strong>
    <${Text} text=${block.description} />
    <img src=${safeUrl(block.thumbnail_url)} alt=${block.alt_text} />`;
}

function Table({ block, world }) {
  const [head, ...rows] = block.rows;
  const align = (number) => block.column_settings?.[number]?.align ?? "";
  const cells = (row, Tag) => row.map((cell, number) => html`<${Tag} class=${align(number)}><${Cell} cell=${cell} world=${world} /><//>`);
  return html`<div class="table" tabindex="0" role="group" aria-label=${block.caption ?? "Table"}><table>
    ${block.caption && html`<caption>${block.caption}</caption>`}
    <thead><tr>${cells(head, "th")}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cells(row, "td")}</tr>`)}</tbody>
  </table></div>`;
}

function Cell({ cell, world }) {
  if (cell.type === "rich_text") return html`<${RichText} block=${cell} world=${world} />`;
  return cell.text ?? String(cell.value ?? "");
}

function Alert({ block, world }) {
  return html`<div class="level ${block.level ?? "default"}" role="note"><${Text} text=${block.text} world=${world} /></div>`;
}

function Card({ block, surface, world }) {
  return html`
    ${block.hero_image && html`<${Picture} image=${block.hero_image} />`}
    <div class="title">${block.icon && html`<${Picture} image=${block.icon} />`}<${Text} text=${block.title} world=${world} /></div>
    <div class="subtitle"><${Text} text=${block.subtitle} world=${world} /></div>
    <${Text} text=${block.body} world=${world} />
    ${block.actions && html`<div class="block actions">${block.actions.map((element) => html`<${Element} block=${block} element=${element} surface=${surface} />`)}</div>`}
  `;
}

function Carousel({ block, surface, world }) {
  return block.elements.map((card) => html`<div class="block card"><${Card} block=${card} surface=${surface} world=${world} /></div>`);
}

function Container({ block, surface, world }) {
  const title = html`${block.rich_text_title ? html`<${RichText} block=${block.rich_text_title} world=${world} />` : plain(block.title)}
    <div class="subtitle"><${Text} text=${block.subtitle} world=${world} /></div>`;
  const inside = html`<${Blocks} blocks=${block.child_blocks} surface=${surface} />`;
  return block.is_collapsible
    ? html`<details open=${!block.default_collapsed}><summary>${title}</summary>${inside}</details>`
    : html`<div class="title">${title}</div>${inside}`;
}

const KINDS = {
  section: Section,
  header: Header,
  divider: () => html`<hr />`,
  context: Context,
  actions: Actions,
  context_actions: Actions,
  input: Input,
  image: Image,
  video: Video,
  rich_text: RichText,
  markdown: ({ block }) => html`<${Markdown} text=${block.text} />`,
  table: Table,
  data_table: Table,
  alert: Alert,
  card: Card,
  carousel: Carousel,
  container: Container,
};
