/** Unsaved work, kept by this browser until it is saved or dropped. */
export interface LocalDraft {
  text: string;
  /** The version that it was made from; null for a new workflow. */
  baseVersion: number | null;
}

const PREFIX = "openclaw.workflow-draft.";

export function draftKey(workspaceId: string | null, workflowId: string | null): string {
  return `${PREFIX}${workspaceId ?? "own"}.${workflowId ?? "new"}`;
}

export function readDraft(storage: Storage, key: string): LocalDraft | null {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? "null");
    if (typeof kept !== "object" || kept === null || !("text" in kept) || typeof kept.text !== "string") return null;
    const base = "baseVersion" in kept ? kept.baseVersion : null;
    return { text: kept.text, baseVersion: typeof base === "number" ? base : null };
  } catch {
    return null;
  }
}

export function keepDraft(storage: Storage, key: string, draft: LocalDraft): void {
  try {
    storage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full storage must not keep anyone from working; leaving the page warns.
  }
}

export function dropDraft(storage: Storage, key: string): void {
  storage.removeItem(key);
}
