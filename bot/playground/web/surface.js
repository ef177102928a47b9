// What a person has typed and chosen so far on one surface: a modal, a Home or a message; and how its elements act.

import { useMemo, useRef, useState } from "./html.js";
import { act, base64 } from "./slack.js";
import { edited, sent } from "./values.js";

const nameOf = (block, element) => `${block.block_id}.${element.action_id}`;

function found(blocks, name) {
  for (const block of blocks) {
    const stack = [block];
    while (stack.length) {
      const node = stack.pop();
      if (node && typeof node === "object") {
        if (node.action_id && nameOf(block, node) === name) return [block, node];
        stack.push(...Object.values(node));
      }
    }
  }
  return null;
}

/**
 * `where`: `{view_id}` or `{channel, ts}`. `kept`: Slack's `state.values` of a view.
 * What is typed stays here, through updates of the view, until it is sent; choosing and pressing send it first.
 */
export function useSurface({ world, where, blocks, kept, onRefused }) {
  const [typed, setTyped] = useState({});
  const latest = useRef(typed);
  const waiting = useRef(Promise.resolve());
  latest.current = typed;

  return useMemo(() => {
    const stored = (block, element) => kept?.[block.block_id]?.[element.action_id] ?? first(element);
    const value = (block, element) => latest.current[nameOf(block, element)] ?? edited(element, stored(block, element), world);
    const set = (block, element, now) => {
      latest.current = { ...latest.current, [nameOf(block, element)]: now };
      setTyped(latest.current);
    };
    /** Everything typed, as the control API takes it; what an update took away is not sent. */
    const values = () => {
      const all = {};
      for (const [name, now] of Object.entries(latest.current)) {
        const there = found(blocks, name);
        if (there) all[name] = sent(there[1], now, world);
      }
      return all;
    };
    const inTurn = (what) => {
      waiting.current = waiting.current.then(what, what);
      return waiting.current;
    };
    const press = (block, element, now) =>
      inTurn(async () => {
        const isTold = block.type !== "input" || block.dispatch_action;
        if (!isTold) return;
        if (where.view_id && Object.keys(latest.current).length) {
          await act(world.me, "type", { view_id: where.view_id, values: values() });
        }
        const isField = Array.isArray(now) || nameOf(block, element) in latest.current;
        const pressed = isField ? sent(element, latest.current[nameOf(block, element)], world) : now;
        onRefused(await act(world.me, "press", { ...where, action_id: nameOf(block, element), value: pressed }));
      });
    const suggest = async (block, element, typedWords) => {
      const asked = { ...where, block_id: block.block_id, action_id: element.action_id, value: typedWords };
      const answer = await act(world.me, "suggest", asked);
      return (answer.body || []).map((option) => ({ key: option.value, text: option.text.text, option }));
    };
    const upload = async (file) => {
      const { file: id } = await act(world.me, "upload", { name: file.name, base64: await base64(file) });
      return { key: id, text: file.name };
    };
    return { world, value, set, values, press, suggest, upload };
  }, [typed, world, blocks]);
}

/** Of a message, which has no `state.values`: what its blocks say stands there at first. */
function first(element) {
  const key = Object.keys(element).find((name) => name.startsWith("initial_"));
  return key ? { [key]: element[key] } : {};
}
