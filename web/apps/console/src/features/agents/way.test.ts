import { expect, it } from "vitest";

import { wayTo } from "./way.ts";

it("leads to where a question is asked", () => {
  const asked = { id: "appr_1", taskRunId: null, conversationId: "conv_1" };
  expect(wayTo({ ...asked, taskRunId: "trun_1" })).toEqual({ to: "/task-runs/$runId", params: { runId: "trun_1" } });
  expect(wayTo(asked)).toEqual({ to: "/c/$conversationId", params: { conversationId: "conv_1" } });
  expect(wayTo({ ...asked, conversationId: null })).toEqual({ to: "/approvals/$approvalId", params: { approvalId: "appr_1" } });
});
