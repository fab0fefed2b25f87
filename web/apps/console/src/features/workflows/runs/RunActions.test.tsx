// @vitest-environment jsdom
import type { Api, WorkflowRun } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { RunActions } from "./RunActions.tsx";

// Which jsdom has not, and dialogs need.
vi.stubGlobal("CSS", { escape: (text: string) => text });

afterEach(cleanup);

it("asks whether to cancel with one button that cancels and one that plainly does not", async () => {
  const run = { id: "wrun_1", workflowId: "wf_1", finishedAt: null, paused: false } as WorkflowRun;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <RunActions run={run} /> }), history: createMemoryHistory() });
  render(
    <ServicesProvider services={{ api: {} as Api } as Services}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  await userEvent.setup().click(await screen.findByTestId("cancel-run"));
  const dialog = within(await screen.findByTestId("confirm"));
  expect(dialog.getAllByRole("button").map(({ textContent, ariaLabel }) => textContent || ariaLabel)).toEqual(["Close", "Do not cancel", "Cancel run"]);
});
