// @vitest-environment jsdom
import type { LiveMessage } from "@openclaw/realtime";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { MessageItem } from "./MessageItem.tsx";

afterEach(cleanup);

const FAILED = { id: "msg_1", role: "assistant", state: "failed", parts: [], createdAt: "2026-11-27T10:00:00Z", error: { code: "run.failed", title: "The model is gone" } } as unknown as LiveMessage;

it.each([
  [false, true],
  [true, false],
])("says why an answer failed unless the page has said it (%s)", (isFailureTold, isSaid) => {
  render(
    <ServicesProvider services={{} as Services}>
      <QueryClientProvider client={new QueryClient()}>
        <MessageItem message={FAILED} actions={null} isLastAnswer={false} isLocked isPi={false} keptOn={null} isFailureTold={isFailureTold} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  expect(screen.getByTestId("message").textContent).toContain("The run failed");
  expect(screen.queryByText("The model is gone") !== null).toBe(isSaid);
});
