import type { Language, Theme } from "@openclaw/api";

/** Choices that this browser remembers, also before anyone has signed in. */
export interface Preferences {
  language: Language;
  theme: Theme;
  /** The workspace in use; null is the personal one. */
  workspaceId: string | null;
}

const KEYS: Record<keyof Preferences, string> = {
  language: "openclaw.language",
  theme: "openclaw.theme",
  workspaceId: "openclaw.workspace",
};

export class PreferenceStore {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #current: Preferences;

  constructor(storage: Storage, systemLanguages: readonly string[]) {
    this.#storage = storage;
    this.#current = {
      language: oneOf(["en", "zh"], storage.getItem(KEYS.language)) ?? preferredLanguage(systemLanguages),
      theme: oneOf(["system", "light", "dark"], storage.getItem(KEYS.theme)) ?? "system",
      workspaceId: storage.getItem(KEYS.workspaceId),
    };
  }

  readonly get = (): Preferences => this.#current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  update(change: Partial<Preferences>): void {
    this.#current = { ...this.#current, ...change };
    for (const [name, value] of Object.entries(change) as [keyof Preferences, string | null][]) {
      if (value === null) this.#storage.removeItem(KEYS[name]);
      else this.#storage.setItem(KEYS[name], value);
    }
    for (const listener of this.#listeners) listener();
  }
}

/** Shows language and theme on the document itself: for screen readers, fonts and form controls. */
export function applyToDocument(root: HTMLElement, { language, theme }: Preferences): void {
  root.lang = language === "zh" ? "zh-CN" : "en";
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

function preferredLanguage(systemLanguages: readonly string[]): Language {
  for (const tag of systemLanguages) {
    if (tag.startsWith("zh")) return "zh";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

function oneOf<Value extends string>(values: readonly Value[], candidate: string | null): Value | null {
  return values.find((value) => value === candidate) ?? null;
}
