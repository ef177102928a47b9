// The app's own place: its Home tab, the messages with it, and what it is.

import { html, useEffect } from "./html.js";
import { Blocks } from "./blocks.js";
import { Conversation } from "./conversation.js";
import { refusal } from "./modal.js";
import { act } from "./slack.js";
import { useSurface } from "./surface.js";

export function AppPlace({ world, tab, go, say, conversation }) {
  const { app } = world.seen;
  const home = Object.values(world.seen.homes).find((view) => view.team_id === world.workspace.team_id);
  const channel = appChannel(world);
  useEffect(() => {
    act(world.me, "home", { tab }).then((answer) => say(refusal(answer)));
  }, [world.me, tab]);
  const tabs = [app.home_tab && ["home", "Home"], app.messages_tab && ["messages", "Messages"], ["about", "About"]].filter(Boolean);
  return html`<div class="app-place">
    <div class="tabs" role="tablist" aria-label=${app.name}>
      ${tabs.map(
        ([name, text]) => html`<button type="button" role="tab" aria-selected=${tab === name} onClick=${() => go({ tab: name })}>${text}</button>`,
      )}
    </div>
    ${tab === "home" &&
    html`<div class="scroll home" tabindex="0" aria-label="Home">
      ${home ? html`<${Home} view=${home} world=${world} say=${say} />` : html`<p class="empty">The app has not drawn your Home yet.</p>`}
    </div>`}
    ${tab === "messages" && channel && html`<${Conversation} ...${conversation} world=${world} channel=${channel} say=${say} />`}
    ${tab === "about" && html`<${About} world=${world} />`}
  </div>`;
}

/** The direct messages with the app, once there are any. */
export function appChannel(world) {
  const bot = world.workspace.bot_user_id;
  return Object.values(world.seen.channels).find(({ kind, members }) => kind === "im" && members.includes(bot) && members.includes(world.me));
}

function Home({ view, world, say }) {
  const surface = useSurface({
    world,
    where: { view_id: view.id },
    blocks: view.blocks,
    kept: view.state.values,
    onRefused: (answer) => say(refusal(answer)),
  });
  return html`<${Blocks} blocks=${view.blocks} surface=${surface} />`;
}

function About({ world }) {
  const { app } = world.seen;
  return html`<div class="scroll about" tabindex="0" aria-label="About">
    <h2>${app.name}</h2>
    <h3>Commands</h3>
    <dl>${app.commands.map(({ command, usage_hint, description }) => html`<dt><code>${command} ${usage_hint}</code></dt><dd>${description}</dd>`)}</dl>
    <h3>Shortcuts</h3>
    <dl>${app.shortcuts.map(({ name, type, description }) => html`<dt>${name} <small>${type}</small></dt><dd>${description}</dd>`)}</dl>
    <h3>What it may do</h3>
    <p>${world.workspace.scopes.map((scope) => html`<code>${scope}</code> `)}</p>
  </div>`;
}
