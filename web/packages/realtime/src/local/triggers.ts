/** What makes the page look for the bridge. */
export type Trigger = "load" | "home" | "chat" | "focus" | "visible" | "online" | "retry" | "send" | "stale";

/** A tab switch fires focus and visibility together, a first page load and mount: one look for all of them. */
export const DEBOUNCE_MS = 150;

/** No look for these within so many milliseconds after the last one began. */
export const COOLDOWN_MS: Readonly<Partial<Record<Trigger, number>>> = { focus: 3_000, visible: 3_000, online: 1_500 };

/**
 * Milliseconds to wait before the look that `trigger` asks for; null when there is to be none. `sinceLast` is the age
 * of the last look, null before the first. A click is not kept waiting.
 */
export function delayOf(trigger: Trigger, sinceLast: number | null): number | null {
  const cooldown = COOLDOWN_MS[trigger];
  if (cooldown !== undefined && sinceLast !== null && sinceLast < cooldown) return null;
  return trigger === "retry" ? 0 : DEBOUNCE_MS;
}

/** Whether a hidden page still looks: only for what a person did. */
export function looksWhileHidden(trigger: Trigger): boolean {
  return trigger === "retry" || trigger === "send";
}
