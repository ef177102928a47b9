// How people, places and times are called.

import { emoji } from "./emoji.js";

const at = (seconds) => new Date(Number(seconds) * 1000);

export function zoned(zone) {
  const format = (options) => {
    const formatter = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    return (date) => formatter.format(date);
  };
  return {
    time: format({ hour: "2-digit", minute: "2-digit" }),
    seconds: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    day: format({ year: "numeric", month: "2-digit", day: "2-digit" }),
    long: format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    date: format({ day: "numeric", month: "long", year: "numeric" }),
    short: format({ day: "numeric", month: "short", year: "numeric" }),
    full: format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
  };
}

const formats = new Map();

function formatsOf(zone) {
  if (!formats.has(zone)) formats.set(zone, zoned(zone));
  return formats.get(zone);
}

export class World {
  /** `seen` is a snapshot of the local Slack, `me` the person who looks. */
  constructor(seen, me) {
    this.seen = seen;
    this.me = me;
    this.zone = seen.users[me]?.tz ?? "UTC";
    this.formats = formatsOf(this.zone);
    this.now = new Date(seen.now);
  }

  get workspace() {
    const mine = Object.values(this.seen.workspaces).find((w) => w.team_id === this.seen.users[this.me]?.team_id);
    return mine ?? Object.values(this.seen.workspaces)[0];
  }

  person(id) {
    const user = this.seen.users[id];
    return user?.profile.real_name || user?.name || id;
  }

  channel(id) {
    return this.seen.channels[id];
  }

  /** A conversation's name as this person reads it: `# payments`, or who else is in it. */
  place(id) {
    const channel = this.channel(id);
    if (!channel) return "a private conversation";
    if (channel.kind !== "im" && channel.kind !== "mpim") return channel.name;
    const others = channel.members.filter((member) => member !== this.me);
    return (others.length ? others : channel.members).map((member) => this.person(member)).join(", ");
  }

  time(ts) {
    return this.formats.time(at(ts));
  }

  full(ts) {
    return this.formats.full(at(ts));
  }

  /** "Today", "Yesterday", or the date, for the line between two days. */
  day(ts) {
    const days = this.#daysAgo(at(ts));
    return { 0: "Today", 1: "Yesterday", "-1": "Tomorrow" }[days] ?? this.formats.long(at(ts));
  }

  isSameDay(one, other) {
    return this.formats.day(at(one)) === this.formats.day(at(other));
  }

  /** A date as `<!date^…>` and rich text write it: `{date_short_pretty} at {time}`. */
  date(seconds, format) {
    const date = at(seconds);
    const pretty = (otherwise) => {
      const days = this.#daysAgo(date);
      return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[days] ?? otherwise(date);
    };
    const f = this.formats;
    const words = {
      date_num: (d) => f.day(d).split("/").reverse().join("-"),
      date_slash: f.day,
      date: f.date,
      date_short: f.short,
      date_long: f.long,
      date_pretty: () => pretty(f.date),
      date_short_pretty: () => pretty(f.short),
      date_long_pretty: () => pretty(f.long),
      day_divider_pretty: () => pretty(f.long),
      time: f.time,
      time_secs: f.seconds,
      ago: () => this.ago(date),
    };
    return format.replace(/\{(\w+)\}/g, (whole, name) => words[name]?.(date) ?? whole);
  }

  ago(date) {
    const minutes = Math.round((date - this.now) / 60000);
    const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
    if (Math.abs(minutes) < 60 * 24) return relative.format(Math.round(minutes / 60), "hour");
    return relative.format(Math.round(minutes / 60 / 24), "day");
  }

  #daysAgo(date) {
    const [now, then] = [this.now, date].map((each) => this.formats.day(each).split("/").reverse().join("-"));
    return Math.round((Date.parse(now) - Date.parse(then)) / 86400000);
  }
}

/** The text of a plain_text object, its emoji drawn. */
export function plain(text) {
  if (!text) return "";
  const words = String(text.text ?? text);
  return text.emoji === false ? words : words.replace(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/g, (_, name) => emoji(name));
}

export const initials = (name) =>
  name
    .split(/\s+/)
    .map((part) => part[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** One of eight colours, always the same for the same id. */
export const colour = (id) => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8;
