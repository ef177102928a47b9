// What can be pressed, chosen and typed into. Each is given its block, its element and the surface it stands on:
// `{world, isBusy, value(block, element), set(block, element, value), press(block, element, value), suggest(…), upload(file)}`.
// https://docs.slack.dev/reference/block-kit/block-elements (2026-11)

import { follow, html, useEffect, useRef, useState } from "./html.js";
import { agreed } from "./dialog.js";
import { Menu, Picker } from "./popup.js";
import { isChoice, options } from "./values.js";
import { plain } from "./words.js";

/** Any element but images and texts. `field`: the ids that tie it to its label, hint and error. */
export function Element({ block, element, surface, field = {} }) {
  const Drawn = KINDS[element.type] ?? (isChoice(element) ? Select : Unknown);
  return html`<${Drawn} block=${block} element=${element} surface=${surface} field=${field} />`;
}

export function Unknown({ element, block, what = "element" }) {
  const shown = element ?? block;
  return html`<details class="unknown" open>
    <summary>⚠ This page cannot draw the ${what} <code>${String(shown?.type)}</code></summary>
    <pre>${JSON.stringify(shown, null, 2)}</pre>
  </details>`;
}

const described = (field) => ({
  id: field.id,
  "aria-describedby": field.describedBy,
  "aria-invalid": field.invalid ? "true" : undefined,
  "aria-required": field.required ? "true" : undefined,
});

function useFirstFocus(element) {
  const input = useRef();
  useEffect(() => {
    if (element.focus_on_load) input.current?.focus();
  }, []);
  return input;
}

function Button({ block, element, surface }) {
  const [isWaiting, setWaiting] = useState(false);
  async function press() {
    if (!(await agreed(element.confirm, surface.world))) return;
    follow(element.url);
    setWaiting(true);
    await surface.press(block, element, element.value ?? null);
    setWaiting(false);
  }
  const look = element.type === "icon_button" ? "plain" : (element.style ?? "");
  return html`<button type="button" class="${look} ${isWaiting ? "waiting" : ""}" aria-busy=${isWaiting}
    aria-label=${element.accessibility_label} data-action=${element.action_id} disabled=${surface.isBusy} onClick=${press}>
    ${element.type === "icon_button" && "🗑 "}${plain(element.text)}</button>`;
}

function Feedback({ block, element, surface }) {
  return ["positive_button", "negative_button"].map((name) => {
    const button = element[name];
    return html`<button type="button" class="plain" aria-label=${button.accessibility_label} title=${plain(button.text)}
      onClick=${() => surface.press(block, element, button.value)}>${name === "positive_button" ? "👍" : "👎"} ${plain(button.text)}</button>`;
  });
}

function Overflow({ block, element, surface }) {
  const items = element.options.map((option) => ({
    text: plain(option.text),
    description: option.description && plain(option.description),
    async do() {
      if (!(await agreed(element.confirm, surface.world))) return;
      follow(option.url);
      await surface.press(block, element, option.value);
    },
  }));
  return html`<${Menu} label="More" icon="⋯" className="overflow" items=${items} disabled=${surface.isBusy} />`;
}

function Text({ block, element, surface, field }) {
  const input = useFirstFocus(element);
  const value = surface.value(block, element);
  const dispatches = block.dispatch_action || block.type !== "input";
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const most = element.max_length ?? 3000;
  const isLong = element.multiline || element.type === "rich_text_input";
  const change = (event) => {
    surface.set(block, element, event.target.value);
    if (dispatches && on.includes("on_character_entered")) surface.press(block, element, event.target.value);
  };
  const enter = (event) => {
    const submits = event.key === "Enter" && (event.metaKey || event.ctrlKey);
    if (isLong && submits) event.target.form?.requestSubmit();
    if (event.key !== "Enter" || (isLong && !submits) || !dispatches || !on.includes("on_enter_pressed")) return;
    event.preventDefault();
    surface.press(block, element, event.target.value);
  };
  const shared = {
    ...described(field),
    ref: input,
    value,
    disabled: surface.isBusy,
    placeholder: plain(element.placeholder),
    onInput: change,
    onKeyDown: enter,
  };
  const left = most - value.length;
  return html`
    ${isLong
      ? html`<textarea rows=${element.type === "rich_text_input" ? (element.min_lines ?? 4) : 4} ...${shared}></textarea>`
      : html`<input type="text" inputmode=${INPUT_MODES[element.type]} ...${shared} />`}
    ${element.type === "rich_text_input" && html`<small>*bold* _italic_ ~strike~ \`code\` ${">"} quote, - list, @name</small>`}
    ${element.type === "plain_text_input" && left < most / 10 && html`<small class=${left < 0 ? "error" : ""}>${left} characters left</small>`}
  `;
}

const INPUT_MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

function Moment({ block, element, surface, field }) {
  const input = useFirstFocus(element);
  const types = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
  return html`<input type=${types[element.type]} ...${described(field)} ref=${input} value=${surface.value(block, element)}
    disabled=${surface.isBusy} aria-label=${field.labelledBy ? undefined : plain(element.placeholder) || "Pick"}
    onChange=${async ({ target: { value } }) => {
      if (!(await agreed(element.confirm, surface.world))) return;
      surface.set(block, element, value);
      surface.press(block, element, value);
    }} />`;
}

function Boxes({ block, element, surface, field }) {
  const several = element.type === "checkboxes";
  const value = surface.value(block, element);
  const name = `${field.id ?? block.block_id}-${element.action_id}`;
  async function change(option, isChecked) {
    if (!(await agreed(element.confirm, surface.world))) return;
    const others = several ? value.filter((one) => one.key !== option.key) : [];
    const chosen = isChecked ? [...others, option] : others;
    surface.set(block, element, chosen);
    surface.press(block, element, chosen);
  }
  return html`<div class="boxes" role=${several ? "group" : "radiogroup"} aria-labelledby=${field.labelledBy}
    aria-describedby=${field.describedBy} aria-label=${field.labelledBy ? undefined : "Choose"}>
    ${options(element).map(
      (option) => html`<label><input type=${several ? "checkbox" : "radio"} name=${name} disabled=${surface.isBusy}
        checked=${value.some((one) => one.key === option.key)} onChange=${(event) => change(option, event.target.checked)} />
        <span>${plain(option.text)}${option.description && html`<small>${plain(option.description)}</small>`}</span></label>`,
    )}
  </div>`;
}

function Select({ block, element, surface, field }) {
  const { world } = surface;
  const [isMultiple, kind] = [element.type.startsWith("multi_"), element.type.replace(/^multi_/, "")];
  async function choose(chosen) {
    if (!(await agreed(element.confirm, world))) return;
    surface.set(block, element, chosen);
    surface.press(block, element, chosen);
  }
  const source =
    kind === "external_select"
      ? { search: (typed) => surface.suggest(block, element, typed), least: element.min_query_length ?? 3 }
      : { options: offered(kind, element, world) };
  return html`<${Picker} ...${described(field)} ...${source} label=${field.label ?? (plain(element.placeholder) || "Choose")}
    labelledBy=${field.labelledBy} chosen=${surface.value(block, element)} multiple=${isMultiple} most=${element.max_selected_items}
    placeholder=${plain(element.placeholder)} disabled=${surface.isBusy} autofocus=${element.focus_on_load} onChoose=${choose} />`;
}

function offered(kind, element, world) {
  if (kind === "static_select") return options(element);
  if (kind === "users_select") {
    return Object.values(world.seen.users)
      .filter((user) => !user.deleted && user.team_id === world.workspace.team_id)
      .map((user) => ({ key: user.id, text: world.person(user.id), description: user.profile.title || `@${user.name}` }));
  }
  return Object.values(world.seen.channels)
    .filter((channel) => !channel.is_archived && fits(channel, kind, element.filter, world))
    .map((channel) => ({ key: channel.id, text: mark(channel) + world.place(channel.id) }));
}

const mark = ({ kind }) => ({ public: "#", private: "🔒 " })[kind] ?? "";

function fits(channel, kind, filter = {}, world) {
  if (kind === "channels_select") return channel.kind === "public";
  const isWithBot = channel.kind === "im" && channel.members.includes(world.workspace.bot_user_id);
  return (filter.include?.includes(channel.kind) ?? true) && !(filter.exclude_bot_users && isWithBot);
}

function Files({ block, element, surface, field }) {
  const [said, say] = useState("");
  const value = surface.value(block, element);
  const most = element.max_files ?? 10;
  async function take(event) {
    const files = [...event.target.files];
    event.target.value = "";
    const wrong = files.find((file) => element.filetypes && !element.filetypes.includes(file.name.split(".").pop().toLowerCase()));
    if (wrong) return say(`${wrong.name} is not one of: ${element.filetypes.join(", ")}.`);
    if (value.length + files.length > most) return say(`At most ${most} ${most === 1 ? "file" : "files"}.`);
    say("");
    surface.set(block, element, [...value, ...(await Promise.all(files.map(surface.upload)))]);
  }
  return html`<div class="files">
    <input type="file" ...${described(field)} multiple=${most > 1} disabled=${surface.isBusy} onChange=${take} />
    ${value.map(
      (file) => html`<span class="token">${file.text}
        <button type="button" aria-label="Remove ${file.text}"
          onClick=${() => surface.set(block, element, value.filter((one) => one.key !== file.key))}>×</button></span>`,
    )}
    ${said && html`<small class="error" role="alert">${said}</small>`}
  </div>`;
}

const KINDS = {
  button: Button,
  icon_button: Button,
  workflow_button: Button,
  feedback_buttons: Feedback,
  overflow: Overflow,
  plain_text_input: Text,
  rich_text_input: Text,
  number_input: Text,
  email_text_input: Text,
  url_text_input: Text,
  datepicker: Moment,
  timepicker: Moment,
  datetimepicker: Moment,
  radio_buttons: Boxes,
  checkboxes: Boxes,
  file_input: Files,
};
