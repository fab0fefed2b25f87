// @vitest-environment jsdom
import type { Api, Approval } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { Streams } from "../../../shared/streams.ts";
import { ApprovalPage } from "./ApprovalPage.tsx";

afterEach(cleanup);

const ASKED: Approval = {
  id: "appr_1",
  link: "/approvals/appr_1",
  runId: null,
  taskRunId: null,
  conversationId: null,
  askedBy: "build script",
  toolCallId: "",
  tool: "exec",
  arguments: { command: "touch notes.txt" },
  device: null,
  targets: [],
  question: null,
  grade: "modify",
  risk: { segments: [], summary: "" },
  folder: null,
  coverage: null,
  state: "pending",
  decision: null,
  reason: null,
  requestedAt: "2026-11-21T05:00:00Z",
  expiresAt: "2126-11-21T05:15:00Z",
  decidedAt: null,
};

/** The page of `appr_1`, over an API with one approval whose state others may change. */
function open(approval: Approval | Error) {
  const held = { approval };
  const approvals = {
    get: () => (held.approval instanceof Error ? Promise.reject(held.approval) : Promise.resolve(held.approval)),
    decide: (_id: string, { decision }: { decision: "allow_once" | "deny" }) => {
      const decided: Approval = { ...ASKED, state: decision === "deny" ? "denied" : "allowed", decision };
      held.approval = decided;
      return Promise.resolve(decided);
    },
  };
  const services = { api: { approvals } as unknown as Api, streams: new Streams((run) => run()) } as Services;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const route = createRootRoute({ component: () => <ApprovalPage approvalId="appr_1" /> });
  const router = createRouter({ routeTree: route, history: createMemoryHistory() });
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { held, client, user: userEvent.setup() };
}

describe("the page that an approval's link leads to", () => {
  it("shows exactly that question, who asks it, and takes the answer", async () => {
    const { user } = open(ASKED);
    const card = await screen.findByTestId("approval-card");
    expect(card.textContent).toContain("touch notes.txt");
    expect(card.textContent).toContain("build script");
    await user.click(screen.getByTestId("approve-once"));
    expect((await screen.findByTestId("approval-outcome")).dataset["state"]).toBe("allowed");
  });

  it("shows what was answered elsewhere as soon as it hears of it", async () => {
    const { held, client } = open(ASKED);
    await screen.findByTestId("approval-card");
    held.approval = { ...ASKED, state: "denied", decision: "deny", reason: "not today" };
    await client.invalidateQueries({ queryKey: queryKeys.approvals });
    expect((await screen.findByTestId("approval-outcome")).dataset["state"]).toBe("denied");
    expect(screen.queryByTestId("approve-once")).toBeNull();
  });

  it("says so when there is no such approval for this person", async () => {
    open(new Error("There is no such approval."));
    expect(await screen.findByRole("alert")).toBeTruthy();
  });
});
