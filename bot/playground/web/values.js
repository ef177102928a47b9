// What stands in the fields of a form: from Slack's `state.values` to what a person edits, and back.

import { richText, typedRichText } from "./rich_text.js";

const OPTION = (option) => ({ key: option.value, text: option.text.text, option });

/** Element type → how its stored value is edited (`edited`), and what is sent of it (`sent`). */
export function edited(element, stored, world) {
  const kind = element.type;
  const key = Object.keys(stored ?? {}).find((name) => name !== "type");
  const value = stored?.[key];
  if (kind === "rich_text_input") return typedRichText(value);
  if (kind === "datetimepicker") return value ? localTime(value, world.zone) : "";
  if (kind === "file_input") return (value ?? []).map(({ id }) => ({ key: id, text: world.seen.files[id]?.name ?? id }));
  if (!isChoice(element)) return value ?? "";
  return [value ?? []].flat().map((one) => chosen(kind, one, world));
}

export const isChoice = ({ type }) => type.endsWith("select") || type === "radio_buttons" || type === "checkboxes";

function chosen(kind, value, world) {
  if (typeof value === "object") return OPTION(value);
  return { key: value, text: kind.includes("user") ? world.person(value) : world.place(value) };
}

export function sent(element, value, world) {
  const kind = element.type;
  if (kind === "rich_text_input") return value ? richText(value) : null;
  if (kind === "datetimepicker") return value ? epoch(value, world.zone) : null;
  if (kind === "file_input") return value.map(({ key }) => key);
  if (!isChoice(element)) return value;
  const all = value.map((one) => one.option ?? one.key);
  return kind.startsWith("multi_") || kind === "checkboxes" ? all : (all[0] ?? null);
}

/** The options of a select, radio buttons or checkboxes, as pickers take them. */
export function options(element) {
  const described = (group) => (option) => ({
    ...OPTION(option),
    description: option.description?.text,
    group: group?.label.text,
  });
  return element.option_groups
    ? element.option_groups.flatMap((group) => group.options.map(described(group)))
    : (element.options ?? []).map(described());
}

function localTime(seconds, zone) {
  const offset = offsetOf(seconds * 1000, zone);
  return new Date(seconds * 1000 + offset).toISOString().slice(0, 16);
}

function epoch(local, zone) {
  const asUtc = Date.parse(`${local}Z`);
  const guess = asUtc - offsetOf(asUtc, zone);
  return Math.round((asUtc - offsetOf(guess, zone)) / 1000);
}

/** Milliseconds that a zone is ahead of UTC at a time. */
function offsetOf(milliseconds, zone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(milliseconds);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts.map(({ type, value }) => [type, +value]));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(milliseconds / 1000) * 1000;
}
