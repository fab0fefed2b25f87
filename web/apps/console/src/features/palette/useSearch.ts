import type { Api } from "@openclaw/api";
import type { MessageKey } from "@openclaw/i18n";
import { useQueries } from "@tanstack/react-query";

import { addressOf } from "../../shared/addresses.tsx";
import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { iconOf, type Entry } from "./model.ts";

/** Of each kind: more is on its own page. */
const MOST = 5;
const FRESH_MS = 30_000;

type Find = (api: Api, q: string, signal: AbortSignal) => Promise<Entry[]>;

const SOURCES: readonly { what: string; label: MessageKey; find: Find }[] = [
  { what: "conversations", label: "palette.conversations", find: async (api, q, signal) => (await api.conversations.list({ q, limit: MOST }, signal)).items.map(({ id, title }) => entry(id, title ?? "")) },
  { what: "tasks", label: "palette.tasks", find: async (api, q, signal) => (await api.tasks.list({ q, limit: MOST }, signal)).items.map(({ id, title, lastRun }) => entry(lastRun?.id ?? id, title)) },
  { what: "results", label: "palette.results", find: async (api, q, signal) => (await api.results.list({ q, limit: MOST }, signal)).items.map(({ id, title }) => entry(id, title)) },
  { what: "systems", label: "palette.systems", find: async (api, q, signal) => (await api.systems.list({ q, limit: MOST }, signal)).items.map(({ id, name }) => entry(id, name)) },
  { what: "workflows", label: "palette.workflows", find: async (api, q, signal) => (await api.workflows.list({ q, limit: MOST }, signal)).items.map(({ id, name }) => entry(id, name)) },
  { what: "automations", label: "palette.automations", find: async (api, q, signal) => (await api.automations.list({ q, limit: MOST }, signal)).items.map(({ id, name }) => entry(id, name)) },
];

export interface Searched {
  groups: { id: string; label: MessageKey; items: Entry[] }[];
  isBusy: boolean;
  /** Some place could not be asked. */
  hasFailed: boolean;
}

/** Asks each kind of thing for what fits. What is asked for another text by then is given up. */
export function useSearch(words: string): Searched {
  const api = useApi();
  const isWanted = words !== "";
  const answers = useQueries({
    queries: SOURCES.map(({ what, find }) => ({
      queryKey: queryKeys.found(`palette:${what}`, words),
      queryFn: ({ signal }: { signal: AbortSignal }) => find(api, words, signal),
      enabled: isWanted,
      staleTime: FRESH_MS,
      retry: false,
    })),
  });
  const groups = SOURCES.map(({ what, label }, index) => ({ id: what, label, items: (isWanted && answers[index]?.data) || [] }));
  return { groups, isBusy: isWanted && answers.some(({ isFetching }) => isFetching), hasFailed: isWanted && answers.some(({ isError }) => isError) };
}

function entry(id: string, label: string): Entry {
  return { id, label: label || id, icon: iconOf(id), address: addressOf(id) ?? "/" };
}
