// @vitest-environment jsdom
import type { Api, WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { useWorkflowRun } from "./queries.ts";

afterEach(cleanup);

/** A server whose answers are given by hand, and a gateway that tells by hand. */
function surroundings() {
  const asked: { after: number | undefined; answer: (steps: Partial<WorkflowStepRun>[]) => void }[] = [];
  const listeners = new Set<(payload: unknown) => void>();
  const workflowRuns = {
    get: () => Promise.resolve({ id: "wrun_1" } as WorkflowRun),
    steps: (_id: string, { after }: { after?: number }) =>
      new Promise((resolve) => asked.push({ after, answer: (items) => resolve({ items, nextCursor: null }) })),
  };
  const gateway = {
    on: (_name: string, listener: (payload: unknown) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onResync: () => () => undefined,
  };
  const services = { api: { workflowRuns } as unknown as Api, gateway } as unknown as Services;
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <ServicesProvider services={services}>{children}</ServicesProvider>
    </QueryClientProvider>
  );
  const tell = (runId: string) => act(() => listeners.forEach((listener) => listener({ runId })));
  return { asked, wrapper, tell };
}

const step = (path: string, seq: number, state = "completed") => ({ path, seq, state }) as Partial<WorkflowStepRun>;

it("reads a history on from where it is, and takes what has changed in place of what it had", async () => {
  const { asked, wrapper, tell } = surroundings();
  const { result } = renderHook(() => useWorkflowRun("wrun_1"), { wrapper });
  await waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.answer([step("a", 1), step("ask", 2, "waiting")]);
  await waitFor(() => expect(result.current.steps.data).toHaveLength(2));
  tell("wrun_other");
  tell("wrun_1");
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]?.after).toBe(2);
  asked[1]?.answer([step("ask", 3)]);
  await waitFor(() => expect(result.current.steps.data?.map(({ path, seq }) => [path, seq])).toEqual([["a", 1], ["ask", 3]]));
});

it("does not take a reading from before an event for one after it", async () => {
  const { asked, wrapper, tell } = surroundings();
  const { result } = renderHook(() => useWorkflowRun("wrun_1"), { wrapper });
  await waitFor(() => expect(asked).toHaveLength(1));
  tell("wrun_1");
  tell("wrun_1");
  tell("wrun_1");
  asked[0]?.answer([step("a", 1)]);
  await waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.answer([step("b", 2)]);
  await waitFor(() => expect(result.current.steps.data?.map(({ path }) => path)).toEqual(["a", "b"]));
  expect(asked, "however often it was told meanwhile, it was read once more").toHaveLength(2);
});
