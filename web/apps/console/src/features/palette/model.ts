import type { FinderGroup, FinderItem, IconName } from "@openclaw/ui";

import type { Recent } from "../../shared/recent.ts";

/** Something that the palette leads to. `also`: other words by which it is found. */
export interface Entry extends FinderItem {
  address: string;
  also?: string;
}

export interface EntryGroup extends FinderGroup {
  items: readonly Entry[];
}

/** Whether every word is in a name, wherever, in any order. */
export function fits(name: string, words: string): boolean {
  const text = name.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Those that fit: names that begin with what is typed come first. */
export function found<Item extends { label: string; also?: string }>(items: readonly Item[], words: string, most: number): Item[] {
  if (words === "") return items.slice(0, most);
  const start = words.toLowerCase();
  const rank = ({ label }: Item) => (label.toLowerCase().startsWith(start) ? 0 : 1);
  return items
    .filter(({ label, also = "" }) => fits(`${label} ${also}`, words))
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, most);
}

/** Groups without what has come before, and without those that are empty: no entry is there twice. */
export function distinct(groups: readonly EntryGroup[]): EntryGroup[] {
  const seen = new Set<string>();
  return groups
    .map((group) => ({
      ...group,
      items: group.items.filter(({ address }) => {
        if (seen.has(address)) return false;
        seen.add(address);
        return true;
      }),
    }))
    .filter(({ items }) => items.length > 0);
}

const ICONS: Readonly<Record<string, IconName>> = { conv: "send", task: "tasks", trun: "tasks", art: "file", sys: "layers", wf: "branch", auto: "bolt", host: "server" };

/** By the prefix of an id. */
export function iconOf(id: string): IconName {
  return ICONS[id.slice(0, id.indexOf("_"))] ?? "history";
}

/** What was opened before, as far as there is a page for it still. */
export function recentEntries(recent: readonly Recent[], pageOf: (id: string) => string | null): Entry[] {
  return recent.flatMap(({ id, label }) => {
    const address = pageOf(id);
    return address === null ? [] : [{ id: `recent:${id}`, label, icon: iconOf(id), address }];
  });
}

/** Ctrl+K, on Apple's keyboards ⌘K: there Ctrl+K cuts the rest of a line. */
export function isPaletteKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing">, isApple: boolean): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
  if (isComposing || altKey || shiftKey || key.toLowerCase() !== "k") return false;
  return isApple ? metaKey && !ctrlKey : ctrlKey && !metaKey;
}
