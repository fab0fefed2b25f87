/** What was opened by its name, the newest first: kept by this browser for one person in one workspace. */
export interface Recent {
  id: string;
  label: string;
}

const PREFIX = "openclaw.recent.";
const MOST = 12;

export function recentKey(userId: string, workspaceId: string): string {
  return `${PREFIX}${userId}.${workspaceId}`;
}

export function readRecent(storage: Storage, key: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function keepRecent(storage: Storage, key: string, { id, label }: Recent): void {
  const others = readRecent(storage, key).filter((one) => one.id !== id);
  try {
    storage.setItem(key, JSON.stringify([{ id, label }, ...others].slice(0, MOST)));
  } catch {
    // A full storage must not keep anyone from going where they want.
  }
}

/** Names of somebody's work do not stay for whoever signs in next. */
export function forgetRecent(storage: Storage): void {
  for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) storage.removeItem(key);
}

function isRecent(value: unknown): value is Recent {
  return typeof value === "object" && value !== null && "id" in value && "label" in value && typeof value.id === "string" && typeof value.label === "string";
}
