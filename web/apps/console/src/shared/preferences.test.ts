import { expect, it } from "vitest";

import { PreferenceStore } from "./preferences.ts";

function memory(values: Record<string, string> = {}): Storage {
  const kept = new Map(Object.entries(values));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

it("takes the first language of the system that it speaks", () => {
  expect(new PreferenceStore(memory(), ["fr", "zh-TW", "en"]).get().language).toBe("zh");
  expect(new PreferenceStore(memory(), ["fr"]).get().language).toBe("en");
});

it("remembers choices, and does not trust what others wrote", () => {
  const storage = memory({ "openclaw.theme": "purple", "openclaw.language": "zh" });
  const store = new PreferenceStore(storage, ["en"]);
  expect(store.get()).toEqual({ language: "zh", theme: "system", workspaceId: null });
  store.update({ theme: "dark", workspaceId: "ws_1" });
  expect(new PreferenceStore(storage, ["en"]).get()).toEqual({ language: "zh", theme: "dark", workspaceId: "ws_1" });
  store.update({ workspaceId: null });
  expect(storage.getItem("openclaw.workspace")).toBeNull();
});
