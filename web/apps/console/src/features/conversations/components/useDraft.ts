import { useCallback, useMemo, useRef, useState, type RefObject } from "react";

import { newKey } from "../../../shared/newKey.ts";

export interface Draft {
  text: string;
  setText: (text: string, options?: { focus?: boolean }) => void;
  clear: () => void;
  /** Stays the same until the text is changed, so that sending again after a failure is not a second message. */
  idempotencyKey: string;
  input: RefObject<HTMLTextAreaElement | null>;
}

/** What is being written, kept for the tab's life: going elsewhere and back loses nothing. */
export function useDraft(conversationId: string | null): Draft {
  const storageKey = `openclaw.draft.${conversationId ?? "new"}`;
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setStored] = useState(() => window.sessionStorage.getItem(storageKey) ?? "");
  const [idempotencyKey, setKey] = useState(newKey);

  const setText = useCallback(
    (next: string, options: { focus?: boolean } = {}) => {
      setStored(next);
      setKey(newKey());
      if (next === "") window.sessionStorage.removeItem(storageKey);
      else window.sessionStorage.setItem(storageKey, next);
      if (options.focus) input.current?.focus();
    },
    [storageKey],
  );
  const clear = useCallback(() => setText(""), [setText]);
  return useMemo(() => ({ text, setText, clear, idempotencyKey, input }), [text, setText, clear, idempotencyKey]);
}
