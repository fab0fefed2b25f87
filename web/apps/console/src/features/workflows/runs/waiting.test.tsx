// @vitest-environment jsdom
import type { Api, WorkflowRun, WorkflowSignalInput, WorkflowStepRun } from "@openclaw/api";
import { TranslatorProvider } from "@openclaw/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import type { TimedStep } from "./moments.ts";
import { StepPanel } from "./StepPanel.tsx";

afterEach(cleanup);

const AT = "2026-01-01T00:00:00Z";
const AMOUNT = { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] };

function waiting(input: unknown): WorkflowStepRun {
  return {
    id: "wstep_1",
    seq: 1,
    path: "paid",
    stepId: "paid",
    type: "signal",
    state: "waiting",
    input,
    output: null,
    large: false,
    inputBytes: null,
    outputBytes: null,
    error: null,
    attempts: [],
    logs: [{ at: AT, text: "Waits for the signal paid." }],
    reused: false,
    startedAt: AT,
    dueAt: null,
    finishedAt: null,
    durationMs: null,
    call: null,
  };
}

function show(input: unknown): WorkflowSignalInput[] {
  const sent: WorkflowSignalInput[] = [];
  const workflowRuns = { signal: (_id: string, body: WorkflowSignalInput) => Promise.resolve(void sent.push(body)) };
  const services = { api: { workflowRuns } as unknown as Api } as unknown as Services;
  const row = waiting(input);
  const timed: TimedStep = { path: "paid", stepId: "paid", type: "signal", seq: 1, status: "waiting", startedAt: AT, finishedAt: null, attempts: [], row };
  render(
    <TranslatorProvider language="en">
      <QueryClientProvider client={new QueryClient()}>
        <ServicesProvider services={services}>
          <StepPanel
            run={{ id: "wrun_1", finishedAt: null } as WorkflowRun}
            step={{ id: "paid", type: "signal", config: { name: "paid" } }}
            timed={timed}
            seen={{ status: "waiting", attempts: 1 }}
            rounds={null}
            onRepeat={null}
          />
        </ServicesProvider>
      </QueryClientProvider>
    </TranslatorProvider>,
  );
  return sent;
}

it("sends the signal that a step waits for, with what its form asks", async () => {
  const sent = show({ name: "paid", data_schema: AMOUNT });
  expect(screen.getByTestId("step-panel").textContent).toContain("Waits for the signal paid.");
  fireEvent.click(screen.getByTestId("send-signal"));
  expect(sent, "an amount is needed").toEqual([]);
  fireEvent.change(screen.getByLabelText(/amount/i), { target: { value: "5" } });
  fireEvent.click(screen.getByTestId("send-signal"));
  await waitFor(() => expect(sent).toEqual([{ name: "paid", data: { amount: 5 } }]));
  await screen.findByText("Sent.");
});

it("sends one without data when none is described", async () => {
  const sent = show({ name: "paid", data_schema: null });
  fireEvent.click(screen.getByTestId("send-signal"));
  await waitFor(() => expect(sent).toEqual([{ name: "paid" }]));
});
