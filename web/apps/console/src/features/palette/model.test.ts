import { createTranslator } from "@openclaw/i18n";
import { beforeEach, describe, expect, it } from "vitest";

import { forgetRecent, keepRecent, readRecent, recentKey } from "../../shared/recent.ts";
import { distinct, fits, found, isPaletteKey, recentEntries, type EntryGroup } from "./model.ts";
import { startsOf } from "./starts.ts";

const entry = (id: string, label: string) => ({ id, label, icon: "file" as const, address: `/${id}` });

describe("what fits", () => {
  it("has every word, in any order and any case", () => {
    expect(fits("Morning Digest", "dig MOR")).toBe(true);
    expect(fits("Morning Digest", "dig noon")).toBe(false);
    expect(fits("每日摘要", "摘要")).toBe(true);
  });

  it("comes with names first that begin so, and is bounded", () => {
    const items = [entry("1", "A new task"), entry("2", "New task"), { ...entry("3", "Workflows"), also: "new" }];
    expect(found(items, "new", 9).map(({ id }) => id)).toEqual(["2", "1", "3"]);
    expect(found(items, "new", 1)).toHaveLength(1);
    expect(found(items, "", 2)).toHaveLength(2);
  });

  it("is there once, where it came first; empty groups go", () => {
    const groups: EntryGroup[] = [
      { id: "recent", label: "Recent", items: [{ ...entry("a", "A"), id: "recent:a" }] },
      { id: "tasks", label: "Tasks", items: [entry("a", "A"), entry("b", "B")] },
      { id: "results", label: "Results", items: [entry("a", "A")] },
    ];
    expect(distinct(groups).map(({ id, items }) => [id, items.map((item) => item.id)])).toEqual([
      ["recent", ["recent:a"]],
      ["tasks", ["b"]],
    ]);
  });
});

describe("what can be begun", () => {
  const t = createTranslator("en");
  it("is what one may", () => {
    const addresses = (isAdmin: boolean) => startsOf(t, { isAdmin }).map(({ address }) => address);
    expect(addresses(true)).toEqual(["/chat", "/tasks/new", "/automations/new", "/workflows/new", "/devices?open=link", "/devices?open=enrol"]);
    expect(addresses(false)).not.toContain("/devices?open=enrol");
  });
});

describe("what was opened before", () => {
  let storage: Storage;
  beforeEach(() => {
    const kept: Record<string, string> = {};
    storage = Object.defineProperties(kept, {
      getItem: { value: (key: string) => kept[key] ?? null },
      setItem: { value: (key: string, text: string) => (kept[key] = text) },
      removeItem: { value: (key: string) => Reflect.deleteProperty(kept, key) },
    }) as unknown as Storage;
  });
  const key = recentKey("user_1", "ws_1");

  it("is kept the newest first, each once, and bounded", () => {
    for (let n = 0; n < 15; n += 1) keepRecent(storage, key, { id: `wf_${n}`, label: `W${n}` });
    keepRecent(storage, key, { id: "wf_9", label: "Renamed" });
    const read = readRecent(storage, key);
    expect(read).toHaveLength(12);
    expect(read[0]).toEqual({ id: "wf_9", label: "Renamed" });
    expect(read.filter(({ id }) => id === "wf_9")).toHaveLength(1);
  });

  it("is another person's, or of another workspace, nowhere; and is forgotten on signing out", () => {
    keepRecent(storage, key, { id: "wf_1", label: "Mine" });
    storage.setItem("openclaw.theme", "dark");
    expect(readRecent(storage, recentKey("user_2", "ws_1"))).toEqual([]);
    expect(readRecent(storage, recentKey("user_1", "ws_2"))).toEqual([]);
    forgetRecent(storage);
    expect(readRecent(storage, key)).toEqual([]);
    expect(storage.getItem("openclaw.theme")).toBe("dark");
  });

  it.each(["{", "null", '{"id": "x"}', '[{"id": 1, "label": "x"}, 7, null]'])("reads %s as nothing", (text) => {
    storage.setItem(key, text);
    expect(readRecent(storage, key)).toEqual([]);
  });

  it("leaves out what has no page", () => {
    const entries = recentEntries([{ id: "wf_1", label: "A" }, { id: "odd_1", label: "B" }], (id) => (id.startsWith("wf_") ? `/workflows/${id}` : null));
    expect(entries.map(({ label, address }) => [label, address])).toEqual([["A", "/workflows/wf_1"]]);
  });
});

describe("the keys", () => {
  const press = { key: "k", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false };
  it("are Ctrl+K, and Command+K where there is that key", () => {
    expect(isPaletteKey({ ...press, ctrlKey: true }, false)).toBe(true);
    expect(isPaletteKey({ ...press, metaKey: true, key: "K" }, true)).toBe(true);
    expect(isPaletteKey({ ...press, ctrlKey: true }, true)).toBe(false);
    expect(isPaletteKey({ ...press, ctrlKey: true, shiftKey: true }, false)).toBe(false);
    expect(isPaletteKey({ ...press, ctrlKey: true, isComposing: true }, false)).toBe(false);
    expect(isPaletteKey(press, false)).toBe(false);
  });
});
