// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";

import { Composer } from "./Composer.tsx";
import { useDraft } from "./useDraft.ts";

afterEach(() => {
  cleanup();
  window.sessionStorage.clear();
});

/** A composer that collects what it sends; `isWorking` as while a run goes on. */
async function show({ isWorking = false } = {}) {
  const sent: string[] = [];
  let stopped = 0;
  function Page() {
    const draft = useDraft(null);
    return (
      <Composer
        draft={draft}
        devices={[]}
        deviceId={null}
        onPickDevice={() => undefined}
        model={null}
        isSending={false}
        isWorking={isWorking}
        isStopping={false}
        onSend={() => sent.push(draft.text)}
        onStop={() => stopped++}
      />
    );
  }
  const routeTree = createRootRoute({ component: Page });
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  // The page's own routes are not mounted here; only links and the composer itself are.
  render(<RouterProvider router={router as never} />);
  return { box: await screen.findByTestId("composer"), sent, stopped: () => stopped, user: userEvent.setup() };
}

it("sends with Enter and starts a new line with Shift and Enter", async () => {
  const { box, sent, user } = await show();
  await user.type(box, "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(sent).toEqual(["one\ntwo"]);
});

it("does not send with the Enter that chooses characters of an input method", async () => {
  const { box, sent } = await show();
  fireEvent.change(box, { target: { value: "创建" } });
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
  expect(sent).toEqual([]);
  fireEvent.keyDown(box, { key: "Enter", keyCode: 13 });
  expect(sent).toEqual(["创建"]);
});

it("offers Stop while a run goes on, and typing stays possible", async () => {
  const { box, stopped, user } = await show({ isWorking: true });
  await user.type(box, "next");
  expect((box as HTMLTextAreaElement).value).toBe("next");
  expect(screen.queryByTestId("send")).toBeNull();
  await user.click(screen.getByTestId("stop"));
  expect(stopped()).toBe(1);
});

it("keeps a draft for the tab", async () => {
  const { box, user } = await show();
  await user.type(box, "half a thought");
  cleanup();
  const again = await show();
  expect((again.box as HTMLTextAreaElement).value).toBe("half a thought");
});
