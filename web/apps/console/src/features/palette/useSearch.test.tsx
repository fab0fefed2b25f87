// @vitest-environment jsdom
import type { Api } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../shared/services.tsx";
import { useSearch } from "./useSearch.ts";

afterEach(cleanup);

interface Asked {
  what: string;
  q: string | undefined;
  limit: number | undefined;
  signal: AbortSignal | undefined;
  answer: (items: unknown[]) => void;
  fail: () => void;
}

/** A server whose answers are given by hand. */
function surroundings() {
  const asked: Asked[] = [];
  const list = (what: string) => (query: { q?: string; limit?: number }, signal?: AbortSignal) =>
    new Promise((resolve, reject) =>
      asked.push({
        what,
        q: query.q,
        limit: query.limit,
        signal,
        answer: (items) => resolve({ items }),
        fail: () => reject(new Error("away")),
      }),
    );
  const lists = (what: string) => ({ list: list(what) });
  const api = {
    conversations: lists("conversations"),
    workflows: lists("workflows"),
    automations: lists("automations"),
    tasks: lists("tasks"),
    results: lists("results"),
    systems: lists("systems"),
  } as unknown as Api;
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <ServicesProvider services={{ api } as unknown as Services}>{children}</ServicesProvider>
    </QueryClientProvider>
  );
  return { asked, wrapper };
}

it("asks nothing without words, a few of each kind with them, and gives up what nobody waits for", async () => {
  const { asked, wrapper } = surroundings();
  const { result, rerender } = renderHook(({ words }) => useSearch(words), { wrapper, initialProps: { words: "" } });
  expect(asked).toEqual([]);
  expect(result.current.isBusy).toBe(false);

  rerender({ words: "dig" });
  await waitFor(() => expect(asked.map(({ what }) => what).sort()).toEqual(["automations", "conversations", "results", "systems", "tasks", "workflows"]));
  expect(asked.every(({ q, limit }) => q === "dig" && limit === 5)).toBe(true);
  const first = [...asked];
  rerender({ words: "digest" });
  await waitFor(() => expect(asked.filter(({ q }) => q === "digest")).toHaveLength(6));
  expect(first.every(({ signal }) => signal?.aborted)).toBe(true);

  for (const { what, q, answer } of asked) {
    if (q !== "digest") continue;
    if (what === "tasks") answer([{ id: "task_1", title: "Write the digest", lastRun: { id: "trun_1" } }, { id: "task_2", title: "Digest again", lastRun: null }]);
    else answer(what === "automations" ? [{ id: "auto_1", name: "Digest" }] : []);
  }
  await waitFor(() => expect(result.current.isBusy).toBe(false));
  const addresses = result.current.groups.flatMap(({ items }) => items.map(({ address }) => address));
  expect(addresses.sort()).toEqual(["/automations/auto_1", "/task-runs/trun_1", "/tasks/task_2/edit"]);
});

it("shows what it has when some place cannot be asked, and says so", async () => {
  const { asked, wrapper } = surroundings();
  const { result } = renderHook(() => useSearch("x"), { wrapper });
  await waitFor(() => expect(asked).toHaveLength(6));
  for (const { what, answer, fail } of asked) {
    if (what === "results") fail();
    else answer(what === "workflows" ? [{ id: "wf_1", name: "X" }] : []);
  }
  await waitFor(() => expect(result.current.isBusy).toBe(false));
  expect(result.current.hasFailed).toBe(true);
  expect(result.current.groups.find(({ id }) => id === "workflows")?.items).toHaveLength(1);
});
