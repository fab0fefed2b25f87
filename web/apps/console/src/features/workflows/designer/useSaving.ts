import { useTranslator } from "@openclaw/i18n";
import { useToast } from "@openclaw/ui";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { useApi } from "../../../shared/services.tsx";
import { conflictOf, loadWorkflow, useActivate, useCancelRun, useRepeat, useSave, useStart } from "./queries.ts";
import { handOver, type Base, type Designer } from "./useDesigner.ts";

/** Saving, activating and running: each tells what went wrong, and loses nothing. */
export function useSaving(designer: Designer, showRun: (runId: string | null) => void) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const router = useRouter();
  const save = useSave();
  const activate = useActivate();
  const start = useStart();
  const repeat = useRepeat();
  const cancel = useCancelRun();
  const [conflict, setConflict] = useState<number | null>(null);
  const { session, base, setBase, isDirty } = designer;
  const failed = (error: unknown) => toast({ text: t.error(error), tone: "danger" });

  /** The saved version; null when it could not be saved, which is then said. */
  const saved = async (over: number | null = null): Promise<Base | null> => {
    if (!isDirty && base.workflowId !== null && over === null) return base;
    const { text } = session.draft;
    try {
      const detail = await save.mutateAsync({ id: base.workflowId, text, baseVersion: over ?? base.version });
      const next: Base = { workflowId: detail.id, version: detail.version, activeVersion: detail.activeVersion, text };
      if (base.workflowId === null) handOver(detail.id, session);
      setBase(next);
      return next;
    } catch (error) {
      const version = conflictOf(error);
      if (version === null) failed(error);
      else setConflict(version);
      return null;
    }
  };

  /** A new workflow gets its own address once it has one. */
  const settle = (next: Base, runId: string | null = null) => {
    if (base.workflowId === null && next.workflowId !== null) router.history.replace(`/workflows/${next.workflowId}/edit${runId ? `?run=${runId}` : ""}`);
    else if (runId) showRun(runId);
  };

  return {
    conflict,
    isSaving: save.isPending,
    isStarting: start.isPending || repeat.isPending || save.isPending,
    save: async () => {
      const next = await saved();
      if (!next) return;
      settle(next);
      toast({ text: t("designer.saved", { version: next.version ?? 1 }) });
    },
    activate: async () => {
      const next = await saved();
      if (!next?.workflowId || next.version === null) return;
      try {
        await activate.mutateAsync({ id: next.workflowId, version: next.version });
        setBase({ ...next, activeVersion: next.version });
        settle(next);
        toast({ text: t("designer.activated", { version: next.version }) });
      } catch (error) {
        failed(error);
      }
    },
    start: async (input: Record<string, unknown>): Promise<string | null> => {
      const next = await saved();
      if (!next?.workflowId || next.version === null) return null;
      try {
        const run = await start.mutateAsync({ id: next.workflowId, version: next.version, input });
        settle(next, run.id);
        return null;
      } catch (error) {
        settle(next);
        return t.error(error);
      }
    },
    /** The mended version goes on from a step of an ended run. */
    repeatFrom: async (runId: string, path: string) => {
      const next = await saved();
      if (!next || next.version === null) return;
      try {
        const run = await repeat.mutateAsync({ runId, fromPath: path, version: next.version });
        showRun(run.id);
      } catch (error) {
        failed(error);
      }
    },
    cancel: (runId: string) => cancel.mutate(runId, { onError: failed }),
    loadTheirs: async () => {
      setConflict(null);
      if (base.workflowId === null) return;
      try {
        const { detail, text } = await loadWorkflow(api, base.workflowId);
        setBase({ workflowId: detail.id, version: detail.version, activeVersion: detail.activeVersion, text });
        designer.replace(text);
      } catch (error) {
        failed(error);
      }
    },
    saveOverTheirs: async () => {
      const over = conflict;
      setConflict(null);
      if (over !== null && (await saved(over))) toast({ text: t("designer.saved", { version: over + 1 }) });
    },
    leaveConflict: () => setConflict(null),
  };
}
