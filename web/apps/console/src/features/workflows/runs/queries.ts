import type { RepeatWorkflowInput, StartWorkflowInput, WorkflowAnswerInput, WorkflowRun, WorkflowRunFilter, WorkflowSignalInput, WorkflowStepRun } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useFollow } from "../../../shared/useFollow.ts";
import { useFollowLists } from "../../../shared/useFollowLists.ts";

/** As many as the server gives in one page. */
const PAGE = 200;

/** A user's runs, the newest first. */
export function useWorkflowRuns(filter: WorkflowRunFilter, limit = 30) {
  const api = useApi();
  useRunEvents();
  return useInfiniteQuery({
    queryKey: [...queryKeys.workflowRuns, filter, limit],
    queryFn: ({ pageParam, signal }) => api.workflowRuns.list({ ...filter, cursor: pageParam, limit }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

/** Lists of workflows and of runs follow what runs do. */
export function useRunEvents(): void {
  useFollowLists(["workflow.changed"], [queryKeys.workflowRuns, queryKeys.workflows]);
}

/** A run with its whole history, which follow the run as it goes on. Every change has a number, so none is missed. */
export function useWorkflowRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const run = useQuery({ queryKey: queryKeys.workflowRun(runId), queryFn: () => api.workflowRuns.get(runId), retry: false });
  const steps = useQuery({
    queryKey: queryKeys.workflowSteps(runId),
    queryFn: async () => {
      const known = queryClient.getQueryData<WorkflowStepRun[]>(queryKeys.workflowSteps(runId)) ?? [];
      const byPath = new Map(known.map((step) => [step.path, step]));
      const last = Math.max(-1, ...known.map(({ seq }) => seq));
      let cursor: string | null | undefined;
      do {
        const page = await api.workflowRuns.steps(runId, { limit: PAGE, ...(cursor ? { cursor } : last >= 0 ? { after: last } : {}) });
        for (const step of page.items) byPath.set(step.path, step);
        cursor = page.nextCursor;
      } while (cursor);
      return [...byPath.values()].sort((a, b) => a.seq - b.seq);
    },
    retry: false,
  });
  const readRun = run.refetch;
  const readSteps = steps.refetch;
  const isMine = useCallback((payload: unknown) => (payload as { runId?: unknown } | null)?.runId === runId, [runId]);
  const read = useCallback(() => Promise.all([readRun({ cancelRefetch: false }), readSteps({ cancelRefetch: false })]), [readRun, readSteps]);
  useFollow("workflow.changed", queryKeys.workflowRun(runId), isMine, read);
  return { run, steps };
}

/** One step with all of its input and output; for bodies that the history leaves out. */
export function useWholeStep(runId: string, step: WorkflowStepRun | null, isWanted: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.workflowStep(runId, step?.id ?? "", step?.seq ?? 0),
    queryFn: ({ signal }) => api.workflowRuns.step(runId, step?.id ?? "", signal),
    enabled: isWanted && step !== null,
    staleTime: Infinity,
  });
}

export function useStartWorkflow(workflowId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: StartWorkflowInput) => api.workflows.start(workflowId, body),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: queryKeys.workflowRuns }),
  });
}

export function useRepeatRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: RepeatWorkflowInput) => api.workflowRuns.repeat(runId, body),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: queryKeys.workflowRuns }),
  });
}

export type RunAction = "pause" | "resume" | "cancel";

export function useSteerRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (action: RunAction) => api.workflowRuns[action](runId),
    onSuccess: (run: WorkflowRun) => queryClient.setQueryData(queryKeys.workflowRun(runId), run),
  });
}

export function useSendSignal(runId: string) {
  const api = useApi();
  return useMutation({ mutationFn: (body: WorkflowSignalInput) => api.workflowRuns.signal(runId, body) });
}

/** For good, with its files and the runs that it started. */
export function useDeleteRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.workflowRuns.remove(runId),
    onSuccess: () => {
      for (const queryKey of [queryKeys.workflowRuns, queryKeys.workflows]) void queryClient.invalidateQueries({ queryKey });
    },
  });
}

export function useAnswerStep(runId: string, stepId: string) {
  const api = useApi();
  return useMutation({ mutationFn: (body: WorkflowAnswerInput) => api.workflowRuns.answer(runId, stepId, body) });
}
