import type { HandOverInput, SaveTaskInput, Task, TaskEvent, TaskRun, TaskStanding } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi, useServices } from "../../shared/services.tsx";
import { useFollow } from "../../shared/useFollow.ts";
import type { Shown } from "./model.ts";

/** Lists are read again at most so often while runs are under way. */
const LIST_MS = 400;
const PAGE = 30;

/** Lists of tasks follow what their runs do. */
function useTaskEvents(): void {
  const { gateway } = useServices();
  const queryClient = useQueryClient();
  useEffect(() => {
    let timer: number | null = null;
    const stale = () => {
      timer ??= window.setTimeout(() => {
        timer = null;
        for (const queryKey of [queryKeys.tasks, queryKeys.taskRuns]) void queryClient.invalidateQueries({ queryKey });
      }, LIST_MS);
    };
    const ends = [gateway.on("task.changed", stale), gateway.onResync(stale)];
    return () => {
      if (timer !== null) window.clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [gateway, queryClient]);
}

export function useTasks(shown: Shown) {
  const api = useApi();
  useTaskEvents();
  const filter = shown === "all" ? {} : shown === "archived" ? { archived: true } : { state: shown satisfies TaskStanding };
  return useInfiniteQuery({
    queryKey: [...queryKeys.tasks, "list", shown],
    queryFn: ({ pageParam, signal }) => api.tasks.list({ ...filter, cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

export function useTask(taskId: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.task(taskId ?? ""),
    queryFn: ({ signal }) => api.tasks.get(taskId ?? "", signal),
    enabled: taskId !== null,
    retry: false,
  });
}

/** The hosts of the workspace that runs may be sent to. */
export function useTaskHosts() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.taskHosts, queryFn: ({ signal }) => api.tasks.hosts(signal), select: ({ items }) => items });
}

/** Every run of a task, the newest first. */
export function useRunsOf(taskId: string | null) {
  const api = useApi();
  useTaskEvents();
  return useQuery({
    queryKey: [...queryKeys.taskRuns, taskId],
    queryFn: ({ signal }) => api.taskRuns.list({ task: taskId ?? "", limit: PAGE }, signal),
    enabled: taskId !== null,
    select: ({ items }) => items,
  });
}

/** A run and its log, which follow it as it goes on. Every entry has a number, so none is missed. */
export function useTaskRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const run = useQuery({ queryKey: queryKeys.taskRun(runId), queryFn: () => api.taskRuns.get(runId), retry: false });
  const events = useQuery({
    queryKey: queryKeys.taskEvents(runId),
    queryFn: async () => {
      const known = [...(queryClient.getQueryData<TaskEvent[]>(queryKeys.taskEvents(runId)) ?? [])];
      let isMore = true;
      while (isMore) {
        const page = await api.taskRuns.events(runId, known.at(-1)?.seq ?? 0);
        known.push(...page.items);
        isMore = page.isMore;
      }
      return known;
    },
    retry: false,
  });
  const readRun = run.refetch;
  const readEvents = events.refetch;
  const isMine = useCallback((payload: unknown) => (payload as { id?: unknown } | null)?.id === runId, [runId]);
  const read = useCallback(() => Promise.all([readRun({ cancelRefetch: false }), readEvents({ cancelRefetch: false })]), [readRun, readEvents]);
  useFollow("task.changed", queryKeys.taskRun(runId), isMine, read);
  return { run, events };
}

const isAnything = () => true;

/** What a run has saved so far. */
export function useResultsOf(runId: string) {
  const api = useApi();
  const results = useQuery({ queryKey: queryKeys.taskResults(runId), queryFn: ({ signal }) => api.taskRuns.results(runId, signal) });
  const { refetch } = results;
  const read = useCallback(() => refetch({ cancelRefetch: false }), [refetch]);
  useFollow("artifact.changed", queryKeys.taskResults(runId), isAnything, read);
  return results;
}

/** One key for each try of one thing: sent again after a failure it is not done twice, done again it is. */
function useTryKey(): { key: () => string; spent: () => void } {
  const kept = useRef<string | null>(null);
  const key = useCallback(() => (kept.current ??= crypto.randomUUID()), []);
  const spent = useCallback(() => (kept.current = null), []);
  return { key, spent };
}

function useStaleTasks(): () => void {
  const queryClient = useQueryClient();
  return () => {
    for (const queryKey of [queryKeys.tasks, queryKeys.taskRuns, queryKeys.dashboard]) void queryClient.invalidateQueries({ queryKey });
  };
}

/** Makes a task, or changes the one that is given. */
export function useSaveTask(task: Task | null) {
  const api = useApi();
  const stale = useStaleTasks();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (body: SaveTaskInput) => (task ? api.tasks.save(task.id, body, task.version) : api.tasks.create(body, key)),
    onSuccess: stale,
  });
}

export function useLaunchTask() {
  const api = useApi();
  const stale = useStaleTasks();
  const { key, spent } = useTryKey();
  return useMutation({
    mutationFn: (taskId: string) => api.tasks.launch(taskId, key()),
    onSuccess: () => {
      spent();
      stale();
    },
  });
}

export function useArchiveTask() {
  const api = useApi();
  const stale = useStaleTasks();
  return useMutation({
    mutationFn: ({ taskId, archived }: { taskId: string; archived: boolean }) => (archived ? api.tasks.archive(taskId) : api.tasks.unarchive(taskId)),
    onSuccess: stale,
  });
}

export type Steer = "pause" | "resume" | "cancel";

export function useSteerTaskRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (action: Steer) => api.taskRuns[action](runId),
    onSuccess: (run: TaskRun) => queryClient.setQueryData(queryKeys.taskRun(runId), run),
  });
}

/** The same again, from the beginning. */
export function useRetryTaskRun(runId: string) {
  const api = useApi();
  const stale = useStaleTasks();
  const { key, spent } = useTryKey();
  return useMutation({
    mutationFn: () => api.taskRuns.retry(runId, key()),
    onSuccess: () => {
      spent();
      stale();
    },
  });
}

/** Goes on in the same conversation. */
export function useFollowUp(runId: string) {
  const api = useApi();
  const stale = useStaleTasks();
  const { key, spent } = useTryKey();
  return useMutation({
    mutationFn: (text: string) => api.taskRuns.followUp(runId, text, key()),
    onSuccess: () => {
      spent();
      stale();
    },
  });
}

export function useHandOver(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: HandOverInput) => api.taskRuns.handOver(runId, body),
    onSuccess: (run: TaskRun) => queryClient.setQueryData(queryKeys.taskRun(runId), run),
  });
}

/** The stages that a system works in. A system that is not readable here has none to show. */
export function useStages(systemId: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.taskStages(systemId), queryFn: ({ signal }) => api.tasks.stages(systemId, signal), retry: false });
}
