// The page: what its address says, what the local Slack shows, and the parts that draw it.

import { html, render, useEffect, useMemo, useRef, useState } from "./html.js";
import { ClockPanel } from "./clock.js";
import { Conversation, Thread } from "./conversation.js";
import { ready } from "./emoji.js";
import { AppPlace, appChannel } from "./home.js";
import { Inspector } from "./inspector.js";
import { Modal, topView } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { listen, look } from "./slack.js";
import { World } from "./words.js";

/** `#/person/place?thread=…&at=…&tab=…`: so each window has its own person, and a reload changes nothing. */
function useRoute() {
  const read = () => {
    const [path, query] = location.hash.slice(2).split("?");
    const [user, place] = path.split("/");
    return { user, place, ...Object.fromEntries(new URLSearchParams(query)) };
  };
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function address({ user, place = "", ...query }) {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#/${user}/${place}${given.size ? `?${given}` : ""}`;
}

function useSlack(route, around) {
  const [seen, setSeen] = useState(null);
  const [version, setVersion] = useState(0);
  const [isAway, setAway] = useState(false);
  const wanted = useRef();
  const turn = useRef({ isLooking: false, isOld: false });
  wanted.current = { ...route, around, channel: route.place === "app" ? dmWithApp(seen, route.user) : route.place };

  async function refresh() {
    if (turn.current.isLooking) {
      turn.current.isOld = true;
      return;
    }
    turn.current = { isLooking: true, isOld: false };
    const { user } = wanted.current;
    try {
      const now = await look(user, wanted.current);
      if (now.ok) setSeen({ ...now, askedFor: user });
      else if (now.error && user) location.hash = "#/"; // that person is gone: the seed is another
      setVersion((count) => count + 1);
    } finally {
      const { isOld } = turn.current;
      turn.current = { isLooking: false, isOld: false };
      if (isOld) refresh();
    }
  }
  useEffect(() => listen(refresh, setAway), []);
  useEffect(() => {
    refresh();
  }, [route.user, route.place, route.thread, around, wanted.current.channel]);
  return { seen, version, isAway };
}

function dmWithApp(seen, user) {
  return seen?.askedFor === user ? appChannel(new World(seen, user))?.id : undefined;
}

/** Where to begin: as the first person, in the conversation something was last said in. */
function beginning(seen, user) {
  const me = user || Object.values(seen.users).find((one) => !one.is_bot && !one.deleted).id;
  const mine = Object.values(seen.channels).filter(({ members, kind }) => members.includes(me) && kind === "public");
  const place = mine.sort((a, b) => ((a.latest ?? "") < (b.latest ?? "") ? 1 : -1))[0]?.id ?? "app";
  return address({ user: me, place });
}

/** What was read up to, by person and conversation; shared by all windows of this browser. */
function useRead(world, place) {
  const key = (id) => `read:${world?.seen.app.id}:${world?.me}:${id}`;
  const begun = key("begun");
  const [before, setBefore] = useState(null);
  const latest = (id) => world?.channel(id)?.latest ?? null;
  const channel = place === "app" ? world && appChannel(world)?.id : place;
  if (world && !localStorage.getItem(begun)) localStorage.setItem(begun, String(world.now.getTime() / 1000));
  const readUpTo = (id) => localStorage.getItem(key(id)) ?? localStorage.getItem(begun) ?? "";
  const isNew = (id) => Boolean(latest(id)) && latest(id) > readUpTo(id);
  useEffect(() => {
    setBefore(channel && isNew(channel) ? readUpTo(channel) : null);
  }, [world?.me, channel]);
  useEffect(() => {
    if (channel && latest(channel) && document.visibilityState === "visible") localStorage.setItem(key(channel), latest(channel));
  });
  return { isUnread: (id) => id !== channel && isNew(id === "app" ? appChannel(world)?.id : id), readBefore: before };
}

function App() {
  const route = useRoute();
  const [around, setAround] = useState(route.at ?? null);
  const { seen, version, isAway } = useSlack(route, around);
  const [isInspecting, setInspecting] = useState(localStorage.getItem("inspector") === "open");
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [said, say] = useState(null);
  const me = route.user;
  const world = useMemo(() => {
    if (!seen || !me || seen.askedFor !== me) return null;
    const one = new World(seen, me);
    one.hrefOf = (id) => address({ user: me, place: id });
    return one;
  }, [seen, me]);
  const { isUnread, readBefore } = useRead(world, route.place);

  useEffect(() => setAround(route.at ?? null), [route.user, route.place, route.at]);
  useEffect(() => say(null), [route.user, route.place]);
  useEffect(() => {
    if (seen && (!me || !route.place)) location.replace(beginning(seen, me));
  }, [seen, me, route.place]);
  useEffect(() => {
    if (world) document.title = `${place(world, route)} · ${world.person(me)} · Local Slack`;
  });
  if (!world || !route.place) return html`<p class="loading">Looking at the local Slack…</p>`;

  const go = (to) => {
    location.hash = address({ ...route, at: undefined, ...to });
  };
  const href = (to) => address({ user: me, place: to.user ? route.place : undefined, ...to });
  const channel = route.place === "app" ? appChannel(world) : world.channel(route.place);
  const inspect = (isOpen) => {
    localStorage.setItem("inspector", isOpen ? "open" : "closed");
    setInspecting(isOpen);
  };
  const shared = {
    setAround,
    open: (ts) => go({ thread: ts }),
    at: route.at,
    readBefore,
    say,
  };
  const top = topView(seen);
  const tab = route.tab ?? (seen.app.home_tab ? "home" : "messages");

  return html`
    <header class="top">
      <button type="button" class="plain menu-button" aria-label="Conversations" aria-expanded=${isMenuOpen} onClick=${() => setMenuOpen(!isMenuOpen)}>☰</button>
      <h1>${place(world, route)}</h1>
      <${ClockPanel} world=${world} say=${say} />
      <button type="button" class="plain" aria-label="Inspector" aria-pressed=${isInspecting} onClick=${() => inspect(!isInspecting)}>🔍<span class="wide"> Inspector</span></button>
    </header>
    <div class="parts">
      <${Sidebar} ...${{ world, place: route.place, href, isUnread, isOpen: isMenuOpen }} onClose=${() => setMenuOpen(false)} onOpen=${(id) => go({ place: id, thread: undefined, tab: undefined })} />
      <main>
        ${isAway && html`<p class="trouble" role="alert">The local Slack does not answer. It is asked again every second.</p>`}
        ${seen.connections === 0 && !seen.events_url && !isAway && html`<p class="trouble" role="status">No app is connected. Start one with this Slack's address and tokens.</p>`}
        ${said && html`<p class="trouble" role="alert">${said} <button type="button" class="plain" aria-label="Dismiss" onClick=${() => say(null)}>×</button></p>`}
        ${route.place === "app"
          ? html`<${AppPlace} ...${{ world, tab, go, say }} conversation=${shared} />`
          : channel
            ? html`<${Conversation} ...${shared} world=${world} channel=${channel} />`
            : html`<p class="empty">${world.person(me)} cannot see this conversation.</p>`}
      </main>
      ${route.thread && channel && html`<${Thread} ...${{ world, channel, ts: route.thread, say }} onClose=${() => go({ thread: undefined })} />`}
      ${isInspecting && html`<${Inspector} world=${world} version=${version} onClose=${() => inspect(false)} />`}
    </div>
    ${top && html`<${Modal} key=${top.view.id} view=${top.view} below=${top.below} world=${world} />`}
  `;
}

function place(world, route) {
  if (route.place === "app") return world.seen.app.name;
  const sign = { public: "# ", private: "🔒 " }[world.channel(route.place)?.kind] ?? "";
  return sign + world.place(route.place);
}

await ready();
render(html`<${App} />`, document.getElementById("app"));
