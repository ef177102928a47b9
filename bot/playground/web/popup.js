// Lists that open beside what was pressed: menus, and pickers with search.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./html.js";

let lastId = 0;

/** An id for this part of the page that stays while it is shown. */
export const useId = (prefix) => useMemo(() => `${prefix}-${++lastId}`, []);

/** Keeps a list beside its owner, above it where there is more room; a dialog's edges do not cut it off. */
function useBeside(owner, list, isOpen) {
  useLayoutEffect(() => {
    if (!isOpen || !owner.current || !list.current) return;
    const edge = owner.current.getBoundingClientRect();
    const style = list.current.style;
    const above = innerHeight - edge.bottom < Math.min(list.current.scrollHeight, 260) && edge.top > innerHeight / 2;
    const width = Math.max(edge.width, 180);
    style.left = `${Math.max(4, Math.min(edge.left, innerWidth - list.current.offsetWidth - 4))}px`;
    style.minWidth = `${Math.min(width, innerWidth - 8)}px`;
    style.top = above ? "auto" : `${edge.bottom + 2}px`;
    style.bottom = above ? `${innerHeight - edge.top + 2}px` : "auto";
    style.maxHeight = `${(above ? edge.top : innerHeight - edge.bottom) - 12}px`;
  });
}

function useClosing(owner, isOpen, close) {
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event) => owner.current?.contains(event.target) || close();
    document.addEventListener("pointerdown", outside);
    document.addEventListener("scroll", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", outside, true);
    };
  }, [isOpen]);
}

/** A button with a menu. `items`: `{text, description?, danger?, do}`. */
export function Menu({ label, icon, items, className, disabled }) {
  const [isOpen, setOpen] = useState(false);
  const [owner, list] = [useRef(), useRef()];
  const id = useId("menu");
  useBeside(owner, list, isOpen);
  useClosing(owner, isOpen, () => setOpen(false));
  useEffect(() => {
    if (isOpen) list.current.querySelector("[role=menuitem]")?.focus();
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    owner.current.querySelector("button")?.focus();
  };
  const onKeyDown = (event) => {
    const all = [...list.current.querySelectorAll("[role=menuitem]")];
    const now = all.indexOf(document.activeElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) all.at(to % all.length)?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    if (to !== undefined || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return html`<span class="menu" ref=${owner}>
    <button type="button" class=${className} aria-haspopup="menu" aria-expanded=${isOpen} aria-label=${label} title=${label}
      disabled=${disabled} onClick=${() => setOpen(!isOpen)}>${icon}</button>
    ${isOpen &&
    html`<div class="popup" role="menu" id=${id} ref=${list} aria-label=${label} onKeyDown=${onKeyDown}>
      ${items.map(
        (item) => html`<button type="button" role="menuitem" tabindex="-1" class=${item.danger ? "danger" : ""}
          onClick=${() => {
            close();
            item.do();
          }}>
          ${item.text}${item.description && html`<small>${item.description}</small>`}
        </button>`,
      )}
    </div>`}
  </span>`;
}

/**
 * One of many, or several: a field to type into, and what fits below it.
 * `options`: `{key, text, description?, group?}`, or `search(typed)` that brings them. `chosen`: options. `onChoose` gets the new ones.
 */
export function Picker({ id, label, labelledBy, options, search, least = 0, chosen, multiple, most, placeholder, onChoose, ...more }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const offered = useOffered({ options, search, least, typed, isOpen });
  const [owner, list, field] = [useRef(), useRef(), useRef()];
  const listId = useId("list");
  useBeside(owner, list, isOpen);
  useClosing(owner, isOpen, () => leave());

  const shown = offered.filter((one) => !multiple || !chosen.some((each) => each.key === one.key));
  const isFull = multiple && most && chosen.length >= most;
  const current = Math.min(active, shown.length - 1);

  function leave() {
    setOpen(false);
    setTyped("");
    setActive(0);
  }
  function choose(option) {
    if (!option || isFull) return;
    onChoose(multiple ? [...chosen, option] : [option]);
    leave();
    if (multiple) field.current.focus();
  }
  function onKeyDown(event) {
    const handled = keys[event.key]?.() ?? false;
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  }
  const move = (by) => () => {
    setOpen(true);
    if (isOpen) setActive((current + by + shown.length) % Math.max(shown.length, 1));
    return true;
  };
  const keys = {
    ArrowDown: move(1),
    ArrowUp: move(-1),
    Enter: () => isOpen && (choose(shown[current]), true),
    Escape: () => isOpen && (leave(), true),
    Tab: () => (leave(), false),
    Backspace: () => {
      if (typed || !chosen.length) return false;
      onChoose(chosen.slice(0, -1));
      return true;
    },
  };
  const single = !multiple && chosen[0];
  return html`<span class="picker ${multiple ? "several" : ""}" ref=${owner}>
    ${multiple &&
    chosen.map(
      (option) => html`<span class="token" key=${option.key}>${option.text}
        <button type="button" aria-label="Remove ${option.text}" disabled=${more.disabled}
          onClick=${() => onChoose(chosen.filter((each) => each.key !== option.key))}>×</button></span>`,
    )}
    <input id=${id} ref=${field} role="combobox" autocomplete="off" aria-autocomplete="list" aria-expanded=${isOpen}
      aria-controls=${listId} aria-label=${labelledBy ? undefined : label} aria-labelledby=${labelledBy}
      aria-activedescendant=${isOpen && current >= 0 ? `${listId}-${current}` : undefined}
      placeholder=${chosen.length && multiple ? "" : placeholder} value=${isOpen || !single ? typed : single.text} ...${more}
      onInput=${(event) => {
        setTyped(event.target.value);
        setActive(0);
        setOpen(true);
      }}
      onClick=${() => setOpen(true)} onKeyDown=${onKeyDown} />
    ${single &&
    html`<button type="button" class="clear" aria-label="Clear ${label ?? ""}" disabled=${more.disabled}
      onClick=${() => onChoose([])}>×</button>`}
    ${isOpen &&
    html`<div class="popup" role="listbox" id=${listId} ref=${list} aria-label=${label ?? "Options"}>
      ${isFull && html`<p class="note">That is the most one can choose.</p>`}
      ${!isFull && !shown.length && html`<p class="note">${note(search, typed, least)}</p>`}
      ${!isFull && shown.map((option, number) => entry(option, number))}
    </div>`}
  </span>`;

  function entry(option, number) {
    const starts = option.group && option.group !== shown[number - 1]?.group;
    return html`${starts && html`<div class="group" role="presentation">${option.group}</div>`}
      <div role="option" id="${listId}-${number}" key=${option.key} aria-selected=${number === current}
        onPointerDown=${(event) => {
          event.preventDefault();
          choose(option);
        }}>
        ${option.text}${option.description && html`<small>${option.description}</small>`}
      </div>`;
  }
}

function note(search, typed, least) {
  return search && typed.length < least ? `Type at least ${least} characters.` : "Nothing found.";
}

function useOffered({ options, search, least, typed, isOpen }) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (!search || !isOpen) return;
    if (typed.length < least) return setFound([]);
    let isOld = false;
    const soon = setTimeout(async () => {
      const brought = await search(typed);
      if (!isOld) setFound(brought);
    }, 120);
    return () => {
      isOld = true;
      clearTimeout(soon);
    };
  }, [typed, isOpen]);
  if (search) return found;
  const wanted = typed.trim().toLowerCase();
  return options.filter((option) => `${option.text} ${option.description ?? ""}`.toLowerCase().includes(wanted));
}
