// @vitest-environment jsdom
import type { Api, TaskRun } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { TaskRunActions } from "./TaskRunActions.tsx";

// Which jsdom has not, and dialogs need.
vi.stubGlobal("CSS", { escape: (text: string) => text });

afterEach(cleanup);

const RUN = {
  id: "trun_1",
  state: "running",
  finishedAt: null,
  conversationId: "conv_1",
  isPaused: false,
  isCancelling: false,
  isMoving: false,
  target: { kind: "device", deviceId: "dev_1", labels: [], runtime: "server", syncMode: "full" },
} as unknown as TaskRun;

async function open(run: TaskRun) {
  const asked: string[] = [];
  const steered = (what: string) => (id: string) => {
    asked.push(`${what} ${id}`);
    return Promise.resolve(run);
  };
  const taskRuns = { pause: steered("pause"), resume: steered("resume"), cancel: steered("cancel"), retry: steered("retry") };
  const services = { api: { taskRuns } as unknown as Api } as Services;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <TaskRunActions run={run} /> }), history: createMemoryHistory() });
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  await screen.findAllByRole("button");
  return asked;
}

it("cancels only when that was meant", async () => {
  const asked = await open(RUN);
  const user = userEvent.setup();
  await user.click(screen.getByTestId("cancel-task"));
  expect(asked).toEqual([]);
  await user.click(await screen.findByTestId("confirm-action"));
  await waitFor(() => expect(asked).toEqual(["cancel trun_1"]));
});

it("goes on with what is paused, and offers a machine's own runtime its end only", async () => {
  const asked = await open({ ...RUN, isPaused: true });
  await userEvent.setup().click(screen.getByTestId("resume-task"));
  await waitFor(() => expect(asked).toEqual(["resume trun_1"]));
  cleanup();
  await open({ ...RUN, target: { ...RUN.target, runtime: "pi" } });
  expect(screen.getAllByRole("button").map(({ dataset }) => dataset["testid"])).toEqual(["cancel-task"]);
});
