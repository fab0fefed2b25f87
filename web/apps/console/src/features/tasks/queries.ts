import type { HandOverInput, SaveTaskInput, Task, TaskEvent, TaskRun, TaskRunFilter, TaskStanding } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { isSame } from "../../shared/json.ts";
import { newKey } from "../../shared/newKey.ts";
import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useFollow } from "../../shared/useFollow.ts";
import { useFollowLists } from "../../shared/useFollowLists.ts";
import type { Shown } from "./model.ts";

const PAGE = 30;

/** Lists of tasks follow what their runs do. */
function useTaskEvents(): void {
  useFollowLists(["task.changed"], [queryKeys.tasks, queryKeys.taskRuns]);
}

/** The user's tasks by how they stand, with all of `words` in their names. */
export function useTasks(shown: Shown, words: string) {
  const api = useApi();
  useTaskEvents();
  const filter = shown === "all" ? {} : shown === "archived" ? { archived: true } : { state: shown satisfies TaskStanding };
  return useInfiniteQuery({
    queryKey: [...queryKeys.tasks, "list", shown, words],
    queryFn: ({ pageParam, signal }) => api.tasks.list({ ...filter, ...(words ? { q: words } : {}), cursor: pageParam, limit: PAGE }, signal),
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

/** The user's runs of a task or a system, the newest first. */
export function useTaskRuns(filter: Pick<TaskRunFilter, "task" | "systemId">) {
  const api = useApi();
  useTaskEvents();
  return useInfiniteQuery({
    queryKey: [...queryKeys.taskRuns, "list", filter],
    queryFn: ({ pageParam, signal }) => api.taskRuns.list({ ...filter, cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
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

/** What a run has saved so far. */
export function useResultsOf(runId: string) {
  const api = useApi();
  useFollowLists(["artifact.changed"], [queryKeys.taskResults(runId)]);
  return useQuery({
    queryKey: queryKeys.taskResults(runId),
    queryFn: ({ signal }) => api.results.list({ taskRunId: runId }, signal),
    select: ({ items }) => items,
  });
}

/** One key for each try of one thing: sent again after a failure it is not done twice, done again it is. */
function useTryKey(): { key: () => string; spent: () => void } {
  const kept = useRef<string | null>(null);
  const key = useCallback(() => (kept.current ??= newKey()), []);
  const spent = useCallback(() => (kept.current = null), []);
  return { key, spent };
}

function useStaleTasks(): () => void {
  const queryClient = useQueryClient();
  return () => {
    for (const queryKey of [queryKeys.tasks, queryKeys.taskRuns, queryKeys.dashboard]) void queryClient.invalidateQueries({ queryKey });
  };
}

interface Try {
  key: string;
  asked: SaveTaskInput;
  task: Task | null;
  isSaved: boolean;
}

/**
 * A form that is saved as a task, and launched. The same form once more has the same keys, so that whatever got lost on the
 * way is not made twice; a task that was made and could not be launched is changed in place. `given`: the task that the
 * form changes, and what the form said of it before anything was typed.
 */
export function useLaunch(given: { task: Task; asked: SaveTaskInput } | null = null) {
  const api = useApi();
  const stale = useStaleTasks();
  const kept = useRef<Try | null>(given && { ...given, key: newKey(), isSaved: true });
  const saved = async (asked: SaveTaskInput): Promise<{ task: Task; key: string }> => {
    const before = kept.current;
    const now = before && isSame(before.asked, asked) ? before : { key: newKey(), asked, task: before?.task ?? null, isSaved: false };
    kept.current = now;
    if (!now.isSaved || !now.task) now.task = now.task ? await api.tasks.save(now.task.id, asked, now.task.version) : await api.tasks.create(asked, now.key);
    now.isSaved = true;
    return { task: now.task, key: now.key };
  };
  const save = useMutation({ mutationFn: saved, onSuccess: stale });
  const launch = useMutation({
    mutationFn: async (asked: SaveTaskInput) => {
      const { task, key } = await saved(asked);
      return api.tasks.launch(task.id, key);
    },
    onSuccess: () => {
      // The form of a task launches that again; any other begins another task.
      kept.current = given && kept.current && { ...kept.current, key: newKey() };
    },
    onSettled: stale,
  });
  return { save, launch };
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
