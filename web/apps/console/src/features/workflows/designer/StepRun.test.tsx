// @vitest-environment jsdom
import type { Api, WorkflowStepRun } from "@openclaw/api";
import { TranslatorProvider } from "@openclaw/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { StepRun } from "./StepRun.tsx";

afterEach(cleanup);

const FILE = { $file: { id: `file_${"a".repeat(32)}`, name: "rows.csv", type: "text/csv", bytes: 10 } };
const ROW = { id: "wfs_1", runId: "wfr_1", seq: 3, path: "fetch", stepId: "fetch", type: "plugin", state: "completed", reused: false, attempts: [{}], durationMs: 12, error: null, input: { url: "x" }, output: { report: FILE }, inputBytes: null, outputBytes: null } as unknown as WorkflowStepRun;

function shown(row: WorkflowStepRun, workflowRuns: object) {
  const services = { api: { workflowRuns } as unknown as Api } as Services;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TranslatorProvider language="en">
        <ServicesProvider services={services}>
          <StepRun runId="wfr_1" row={row} isOnly />
        </ServicesProvider>
      </TranslatorProvider>
    </QueryClientProvider>,
  );
}

it("shows the files of a step as files, which can be read and kept", async () => {
  const file = vi.fn(() => Promise.resolve(new Blob(["month,sum\n1,2\n"])));
  shown(ROW, { file });
  expect(screen.getByTestId("run-file").textContent).toContain("rows.csv");
  await userEvent.click(screen.getByTestId("preview-file"));
  expect((await screen.findByTestId("run-table")).textContent).toBe("monthsum12");
  expect(file).toHaveBeenCalledWith("wfr_1", FILE.$file.id, expect.anything());
  expect(screen.getByRole("button", { name: /rows.csv/ })).toBeTruthy();
});

it("fetches what the history leaves out for its size when it is asked for", async () => {
  const step = vi.fn(() => Promise.resolve({ ...ROW, output: { rows: "all of them" } }));
  shown({ ...ROW, output: null, outputBytes: 99_999 }, { step });
  await userEvent.click(screen.getByTestId("load-body"));
  expect((await screen.findByText(/all of them/)).textContent).toBeTruthy();
});
