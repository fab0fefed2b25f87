// @vitest-environment jsdom
import type { Api, Approval, RulePreview } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { Streams } from "../../../shared/streams.ts";
import { ApprovalActions } from "./ApprovalActions.tsx";

// jsdom has none, and the select looks for one.
vi.stubGlobal("CSS", { escape: (text: string) => text });
afterEach(cleanup);

function approval(overrides: Partial<Approval> = {}): Approval {
  return {
    id: "appr_1",
    link: "/approvals/appr_1",
    askedBy: null,
    runId: "run_1",
    taskRunId: null,
    conversationId: "conv_1",
    toolCallId: "call_1",
    tool: "exec",
    arguments: { command: "git push" },
    question: null,
    device: { id: "dev_1", name: "laptop" },
    targets: [],
    grade: "modify",
    risk: { segments: [], summary: "" },
    folder: "~/code",
    coverage: { program: "git", folder: "~/code", text: "git in ~/code" },
    state: "pending",
    decision: null,
    reason: null,
    requestedAt: "2026-11-21T05:00:00Z",
    expiresAt: "2026-11-21T05:15:00Z",
    decidedAt: null,
    ...overrides,
  };
}

/** Shows the answers to an approval, over an API that records what is decided. */
function show(subject: Approval, covered: RulePreview["items"] = []) {
  const decided: unknown[] = [];
  const approvals = {
    decide: (_id: string, request: unknown) => {
      decided.push(request);
      return Promise.resolve({ ...subject, state: "allowed" });
    },
    previewRule: (rule: unknown) => {
      expect(rule).toEqual({ deviceId: "dev_1", programs: ["git"], folder: "~/code" });
      return Promise.resolve({ items: [...covered], total: covered.length, isPartial: false });
    },
  };
  const services = { api: { approvals } as unknown as Api, streams: new Streams((run) => run()) } as Services;
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={new QueryClient()}>
        <ApprovalActions approval={subject} isHigh={subject.grade === "high"} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { decided, user: userEvent.setup() };
}

describe("an approval", () => {
  it("outside of a conversation offers nothing for one", () => {
    show(approval({ conversationId: null, runId: null, askedBy: "cli" }));
    expect(screen.queryByTestId("approve-conversation")).toBeNull();
    expect(screen.getByTestId("approve-always")).toBeDefined();
  });

  it("of modest risk is given by one press", async () => {
    const { decided, user } = show(approval());
    await user.click(screen.getByTestId("approve-once"));
    expect(decided).toEqual([{ decision: "allow_once" }]);
  });

  it("says what a rule would cover", async () => {
    const { decided, user } = show(approval());
    expect(screen.getByText("The rule would cover: git in ~/code")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Always allow git in ~/code" }));
    expect(await screen.findByText("In the last 30 days this would have covered no call but this one.")).toBeTruthy();
    expect(decided).toEqual([]);
    await user.click(screen.getByTestId("approve-always-confirm"));
    expect(decided).toEqual([{ decision: "allow_always", ruleDays: 30 }]);
  });

  it("shows what a rule would have let through, and can be made to stay", async () => {
    const call = { stepId: "s", conversationId: "c", tool: "exec", text: "git pull", at: "2026-11-20T05:00:00Z", wasAsked: true };
    const { decided, user } = show(approval(), [
      { ...call, runId: "run_1" },
      ...["1", "2", "3", "4", "5"].map((n) => ({ ...call, stepId: n, runId: `other_${n}`, text: `git pull ${n}` })),
    ]);
    await user.click(screen.getByTestId("approve-always"));
    const preview = await screen.findByTestId("rule-preview");
    expect(preview.textContent).toContain("would have covered 5 calls");
    expect(preview.textContent).toContain("git pull 4");
    expect(preview.textContent).toContain("and 1 more");
    await user.click(screen.getByRole("button", { name: /Until/ }));
    await user.click(screen.getByRole("option", { name: "I revoke it" }));
    await user.click(screen.getByTestId("approve-always-confirm"));
    expect(decided).toEqual([{ decision: "allow_always" }]);
  });

  it("of high risk takes a second press, and can be taken back before it", async () => {
    const { decided, user } = show(approval({ grade: "high", coverage: null }));
    await user.click(screen.getByTestId("approve-once"));
    expect(decided).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Back" }));
    await user.click(screen.getByTestId("approve-once"));
    await user.click(screen.getByTestId("approve-confirm"));
    expect(decided).toEqual([{ decision: "allow_once", confirm: true }]);
    expect(screen.queryByTestId("approve-always")).toBeNull();
  });

  it("is denied with a reason, or without", async () => {
    const { decided, user } = show(approval());
    await user.click(screen.getByTestId("deny"));
    await user.type(screen.getByRole("textbox"), "  use the staging host ");
    await user.click(screen.getByTestId("deny-submit"));
    expect(decided).toEqual([{ decision: "deny", reason: "use the staging host" }]);
  });
});
