import type { AutomationRunState, AutomationTrigger, FormulaOf, JsonObject, SaveAutomationInput } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useFollowLists } from "../../shared/useFollowLists.ts";

const FOUND = 50;
/** Tasks are not searched by words: those that are offered are the newest. */
const TASKS = 200;

/** Everything of automations that is shown follows what they do. */
export function useAutomationEvents(): void {
  useFollowLists(["automation.changed"], [queryKeys.automations]);
}

/** The user's automations, the last changed first. */
export function useAutomations({ words, enabled }: { words: string; enabled: boolean | null }) {
  const api = useApi();
  useAutomationEvents();
  return useInfiniteQuery({
    queryKey: [...queryKeys.automations, "list", words, enabled],
    queryFn: ({ pageParam, signal }) => api.automations.list({ ...(words ? { q: words } : {}), ...(enabled === null ? {} : { enabled }), cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

/** `isFresh`: read again, whatever is known of it: for those who change it. */
export function useAutomation(id: string, { isFresh = false } = {}) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.automation(id), queryFn: ({ signal }) => api.automations.get(id, signal), retry: false, ...(isFresh ? { staleTime: 0 } : {}) });
}

/** What automations can do here, and be set off by. */
export function useKinds() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.automationKinds, queryFn: ({ signal }) => api.automations.kinds(signal), staleTime: Infinity });
}

/** When a trigger that is being written would be due; null asks nothing. */
export function usePreview(trigger: AutomationTrigger | null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.automationPreview(trigger),
    queryFn: ({ signal }) => api.automations.preview(trigger as AutomationTrigger, signal),
    enabled: trigger !== null,
    retry: false,
    gcTime: 60_000,
  });
}

/** What is wrong with a formula that is being written; an empty one asks nothing. */
export function useFormulaCheck(formula: string, of: FormulaOf) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.automationFormula(formula, of),
    queryFn: ({ signal }) => api.automations.checkFormula(formula, of, signal),
    enabled: formula !== "",
    retry: false,
    gcTime: 60_000,
  });
}

export function useNextFires(id: string, isWanted: boolean) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.automationNext(id), queryFn: ({ signal }) => api.automations.next(id, signal), enabled: isWanted });
}

function useStale(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.automations });
}

/** The key goes with what was written: sent twice, it is made once. */
export function useCreateAutomation() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({
    mutationFn: ({ body, key }: { body: SaveAutomationInput; key: string }) => api.automations.create(body, key),
    gcTime: 0, // the secrets go with the page that shows them
    onSuccess,
  });
}

export function useSaveAutomation(id: string) {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: ({ body, version }: { body: SaveAutomationInput; version: number }) => api.automations.save(id, body, version), onSuccess });
}

export function useSwitchAutomation(id: string) {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: (isOn: boolean) => (isOn ? api.automations.enable(id) : api.automations.disable(id)), onSuccess });
}

/** For good, with its history. */
export function useDeleteAutomation(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.automations.remove(id),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: queryKeys.automation(id) });
      return queryClient.invalidateQueries({ queryKey: [...queryKeys.automations, "list"] });
    },
  });
}

export function useFireAutomation(id: string) {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: ({ input, key }: { input: JsonObject; key: string }) => api.automations.fire(id, input, key), onSuccess });
}

export function useTryOut(id: string) {
  const api = useApi();
  return useMutation({ mutationFn: (input: JsonObject) => api.automations.tryOut(id, input) });
}

export function useRotateSecret(id: string) {
  const api = useApi();
  return useMutation({ mutationFn: (keepOldHours: number) => api.automations.rotate(id, keepOldHours), gcTime: 0 });
}

export function useDeliver() {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({
    mutationFn: ({ path, secret, body }: { path: string; secret: string; body: string }) => api.automations.deliver(path, secret, body),
    gcTime: 0, // so does the secret
    onSettled,
  });
}

/** A delivery that came once is run again with all that it brought, also what is masked on the page. */
export function useReplay(id: string) {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({
    mutationFn: async ({ runId, key }: { runId: string; key: string }) => {
      const { input } = await api.automationRuns.get(runId);
      return api.automations.fire(id, input, key);
    },
    onSuccess,
  });
}

export function useSamples(id: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.automationSamples(id), queryFn: ({ signal }) => api.automations.samples(id, signal), select: ({ items }) => items });
}

export function useAutomationRuns(id: string, state: AutomationRunState | null) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queryKeys.automationRuns(id, state),
    queryFn: ({ pageParam, signal }) => api.automationRuns.list({ automation: id, ...(state ? { state } : {}), cursor: pageParam, limit: 30 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

export function useCancelRun() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: (runId: string) => api.automationRuns.cancel(runId), onSuccess });
}

/** What an action may be about, found by name. */
export type Choosable = "run_workflow" | "run_task" | "publish";

export interface Choice {
  id: string;
  name: string;
}

export function useChoices(what: Choosable, words: string) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.found(what, what === "run_task" ? "" : words),
    queryFn: async ({ signal }): Promise<Choice[]> => {
      const q = words ? { q: words } : {};
      switch (what) {
        case "run_workflow":
          return (await api.workflows.list({ ...q, limit: FOUND }, signal)).items.map(({ id, name }) => ({ id, name }));
        case "publish":
          return (await api.results.list({ ...q, limit: FOUND }, signal)).items.map(({ id, title }) => ({ id, name: title }));
        case "run_task":
          return (await api.tasks.list({ limit: TASKS }, signal)).items.map(({ id, title }) => ({ id, name: title }));
      }
    },
    placeholderData: (before) => before,
  });
}

/** The name of what is chosen already, which the first page of choices need not have. */
export function useChosenName(what: Choosable | null, id: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.found("name", `${what}:${id}`),
    queryFn: async ({ signal }): Promise<string> => {
      if (what === "run_workflow") return (await api.workflows.get(id as string, undefined, signal)).name;
      return what === "run_task" ? (await api.tasks.get(id as string, signal)).title : (await api.results.get(id as string, undefined, signal)).title;
    },
    enabled: what !== null && id !== null,
    retry: false,
  });
}
