import { useTranslator } from "@openclaw/i18n";
import { useToast } from "@openclaw/ui";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { usePreferences } from "../../../shared/services.tsx";
import type { Command } from "./model/commands.ts";
import { isSame } from "../../../shared/json.ts";
import { RefusedCommand } from "./model/places.ts";
import { begin, doCommand, doReplace, doText, draftOf, redo, select, undo, type Session } from "./model/session.ts";
import { draftKey, dropDraft, keepDraft, readDraft } from "./localDraft.ts";

export interface Base {
  /** Null until the workflow is saved for the first time. */
  workflowId: string | null;
  /** The version that this is made from. */
  version: number | null;
  activeVersion: number | null;
  /** The text of that version. */
  text: string;
}

export interface Designer {
  session: Session;
  base: Base;
  setBase: (base: Base) => void;
  isDirty: boolean;
  /** Unsaved work of an earlier visit was found. */
  wasRestored: boolean;
  run: (command: Command) => boolean;
  setText: (text: string) => void;
  replace: (text: string) => void;
  select: (ids: readonly string[]) => void;
  undo: () => void;
  redo: () => void;
  /** Goes back to what is saved. */
  discard: () => void;
}

/** A new workflow goes on as it is once it has been saved and has an address. */
const handedOver = new Map<string, Session>();

export function handOver(workflowId: string, session: Session): void {
  handedOver.set(workflowId, session);
}

/** Whether such a workflow is on its way to its address. */
export function isHandingOver(): boolean {
  return handedOver.size > 0;
}

/** What is worked on, with everything that can be done to it. */
export function useDesigner(initial: Base): Designer {
  const t = useTranslator();
  const toast = useToast();
  const { workspaceId } = usePreferences();
  const [base, setBase] = useState(initial);
  const key = draftKey(workspaceId, base.workflowId);
  const [restored] = useState(() => {
    const kept = readDraft(window.localStorage, draftKey(workspaceId, initial.workflowId));
    return kept && kept.text !== initial.text ? kept : null;
  });
  const [session, setSession] = useState<Session>(() => {
    const known = initial.workflowId ? handedOver.get(initial.workflowId) : undefined;
    if (initial.workflowId) handedOver.delete(initial.workflowId);
    if (known) return known;
    const opened = begin(draftOf(initial.text));
    return restored ? doReplace(opened, restored.text) : opened;
  });
  const latest = useRef(session);
  latest.current = session;

  useEffect(() => {
    if (restored && restored.baseVersion !== initial.version) setBase((before) => ({ ...before, version: restored.baseVersion }));
  }, [restored, initial.version]);

  const saved = useMemo(() => draftOf(base.text).data, [base.text]);
  const isDirty = session.draft.fault !== null || !isSame(session.draft.data, saved);

  const lastKey = useRef(key);
  useEffect(() => {
    // What was kept of a new workflow is not needed once it is saved.
    if (lastKey.current !== key) dropDraft(window.localStorage, lastKey.current);
    lastKey.current = key;
    if (session.draft.text === base.text) dropDraft(window.localStorage, key);
    else keepDraft(window.localStorage, key, { text: session.draft.text, baseVersion: base.version });
  }, [session.draft.text, base.text, base.version, key]);

  const put = useCallback((next: Session) => {
    latest.current = next;
    setSession(next);
  }, []);

  const run = useCallback(
    (command: Command) => {
      try {
        put(doCommand(latest.current, command));
        return true;
      } catch (error) {
        if (!(error instanceof RefusedCommand)) throw error;
        toast({ text: t(`designer.refused.${error.reason}`), tone: "danger" });
        return false;
      }
    },
    [put, t, toast],
  );

  return {
    session,
    base,
    setBase,
    isDirty,
    wasRestored: restored !== null,
    run,
    setText: useCallback((text: string) => put(doText(latest.current, text)), [put]),
    replace: useCallback((text: string) => put(doReplace(latest.current, text)), [put]),
    select: useCallback((ids: readonly string[]) => put(select(latest.current, ids)), [put]),
    undo: useCallback(() => put(undo(latest.current)), [put]),
    redo: useCallback(() => put(redo(latest.current)), [put]),
    discard: () => put(doReplace(latest.current, base.text)),
  };
}
