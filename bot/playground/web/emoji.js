// Slack's names of emoji, and the characters they stand for.

const characters = new Map();
const loaded = fetch("/web/vendor/emojibase-data-17.0.0/iamcal.json")
  .then((response) => response.json())
  .then((names) => {
    for (const [code, name] of Object.entries(names)) {
      const character = String.fromCodePoint(...code.split("-").map((part) => parseInt(part, 16)));
      for (const one of [].concat(name)) characters.set(one, character);
    }
  });

/** Waits until the names are there. */
export const ready = () => loaded;

/** The character of a name such as `tada`; the name in colons when nobody knows it. */
export function emoji(name) {
  const [base] = name.split("::");
  return characters.get(base) ?? `:${name}:`;
}

export const isEmoji = (name) => characters.has(name);

export function findEmoji(typed, most = 24) {
  const found = [];
  for (const name of characters.keys()) {
    if (name.includes(typed)) found.push(name);
  }
  return found.sort((a, b) => a.indexOf(typed) - b.indexOf(typed) || a.length - b.length).slice(0, most);
}
