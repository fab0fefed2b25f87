import { isApiError, type WorkflowDetail, type WorkflowStepRun } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { newKey } from "../../../shared/newKey.ts";
import { useApi, useServices } from "../../../shared/services.tsx";
import type { Definition } from "../canvas/definition.ts";
import type { PastRun } from "./model/scope.ts";

const keys = {
  workflow: (id: string) => ["designer", "workflow", id] as const,
  language: ["workflow-language"] as const,
  check: (text: string) => ["designer", "check", text] as const,
  secrets: ["designer", "secrets"] as const,
  run: (id: string) => ["designer", "run", id] as const,
  lastRun: (id: string) => ["designer", "last-run", id] as const,
};

export interface Loaded {
  detail: WorkflowDetail;
  text: string;
}

/** A workflow in its newest version, as text. Read once: what is worked on does not change underneath. */
export function useLoaded(workflowId: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: keys.workflow(workflowId ?? ""),
    queryFn: ({ signal }) => loadWorkflow(api, workflowId ?? "", signal),
    enabled: workflowId !== null,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

export async function loadWorkflow(api: ReturnType<typeof useApi>, id: string, signal?: AbortSignal): Promise<Loaded> {
  const detail = await api.workflows.get(id, undefined, signal);
  const { yaml } = await api.workflows.yaml(id, detail.version, signal);
  return { detail, text: yaml };
}

export function useLanguage() {
  const api = useApi();
  return useQuery({ queryKey: keys.language, queryFn: ({ signal }) => api.workflows.language(signal), staleTime: Infinity });
}

/** Typing pauses this long before what was typed is checked. */
const CHECK_MS = 350;

/** What the server finds wrong with a text, a moment after it was last changed; the last answer until the next is there. */
export function useChecked(text: string, isReadable: boolean) {
  const api = useApi();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), CHECK_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const query = useQuery({
    queryKey: keys.check(settled),
    queryFn: ({ signal }) => api.workflows.check({ yaml: settled }, signal),
    enabled: isReadable,
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
  return { problems: query.data?.problems ?? [], isCurrent: settled === text && query.isSuccess && !query.isPlaceholderData };
}

export function useSecretNames(): readonly string[] {
  const api = useApi();
  const { data } = useQuery({ queryKey: keys.secrets, queryFn: ({ signal }) => api.workflows.secrets(signal), retry: false });
  return data?.items.map(({ name }) => name) ?? [];
}

/** A run that goes on without the gateway is looked at this often. */
const LOOK_MS = 4_000;

/** A run with its history, read again whenever the gateway says that it has got further. */
export function useRun(runId: string | null) {
  const { api, gateway } = useServices();
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: keys.run(runId ?? ""),
    queryFn: async ({ signal }) => {
      const id = runId ?? "";
      // The run first: when it has ended, all of its steps are there.
      const run = await api.workflowRuns.get(id, signal);
      const steps: WorkflowStepRun[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await api.workflowRuns.steps(id, { cursor, limit: 100 }, signal);
        steps.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor && steps.length < 2_000);
      return { run, steps };
    },
    enabled: runId !== null,
    retry: false,
    refetchInterval: ({ state }) => (state.data && state.data.run.finishedAt === null ? LOOK_MS : false),
  });
  useEffect(() => {
    if (runId === null) return;
    const stale = () => void queryClient.invalidateQueries({ queryKey: keys.run(runId) });
    const stops = [gateway.on("workflow.changed", (payload) => (payload as { runId?: unknown } | null)?.runId === runId && stale()), gateway.onResync(stale)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [gateway, queryClient, runId]);
  return runId === null ? null : (query.data ?? null);
}

/** The newest run of the workflow that is there already: its data help to write expressions. */
export function useLastRunId(workflowId: string | null): string | null {
  const api = useApi();
  const { data } = useQuery({
    queryKey: keys.lastRun(workflowId ?? ""),
    queryFn: ({ signal }) => api.workflowRuns.list({ workflow: workflowId ?? "", limit: 1 }, signal),
    enabled: workflowId !== null,
    retry: false,
    staleTime: Infinity,
  });
  return data?.items[0]?.id ?? null;
}

export function pastOf(seen: ReturnType<typeof useRun>): PastRun | null {
  return seen && { input: seen.run.input, records: seen.steps };
}

/** Saves a version; of a new workflow the first. The text is sent, for numbers survive in it as they were written. */
export function useSave() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, text, baseVersion }: { id: string | null; text: string; baseVersion: number | null }) =>
      id === null ? api.workflows.create({ yaml: text }) : api.workflows.save(id, { yaml: text, ...(baseVersion === null ? {} : { baseVersion }) }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["workflows"] }),
  });
}

export function useActivate() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) => api.workflows.activate(id, version),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["workflows"] }),
  });
}

export function useStart() {
  const api = useApi();
  return useMutation({
    mutationFn: ({ id, version, input }: { id: string; version: number; input: Record<string, unknown> }) => api.workflows.start(id, { version, input, idempotencyKey: newKey() }),
  });
}

export function useRepeat() {
  const api = useApi();
  return useMutation({
    mutationFn: ({ runId, fromPath, version }: { runId: string; fromPath: string; version: number }) => api.workflowRuns.repeat(runId, { fromPath, version, idempotencyKey: newKey() }),
  });
}

export function useCancelRun() {
  const api = useApi();
  return useMutation({ mutationFn: (runId: string) => api.workflowRuns.cancel(runId) });
}

/** The version that somebody else saved in between; null for any other error. */
export function conflictOf(error: unknown): number | null {
  if (!isApiError(error, "workflows.version_conflict")) return null;
  const version = error.data["version"];
  return typeof version === "number" ? version : null;
}

export function blank(name: string): Definition {
  return { openclaw: "openclaw.workflow/1", name, steps: [] };
}
