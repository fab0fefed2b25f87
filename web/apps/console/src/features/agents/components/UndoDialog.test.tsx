// @vitest-environment jsdom
import { ApiError, type Api, type RunUndo, type UndoPath } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { UndoDialog } from "./UndoDialog.tsx";

// The page's own in every browser; jsdom has none, and overlays ask it for a selector.
vi.stubGlobal("CSS", { escape: (text: string) => text });
afterEach(cleanup);

function path(name: string, overrides: Partial<UndoPath> = {}): UndoPath {
  const plain = { action: "restore", kind: "file", movedTo: null, diff: "", isDone: false } as const;
  return { path: name, ...plain, obstacle: null, note: null, canForce: false, ...overrides };
}

function undoOf(paths: UndoPath[], overrides: Partial<RunUndo> = {}): RunUndo {
  const stopped = paths.filter(({ obstacle }) => obstacle !== null).length;
  const device = { id: "dev_1", name: "laptop" };
  const machines = [{ device, paths, more: 0, done: paths.length - stopped, stopped, expired: 0 }];
  return { machines, commands: [], undone: null, ...overrides };
}

/** Shows the dialog over an API that answers with `preview`, then with `outcome`, and records what it is asked for. */
function show(preview: RunUndo | Error, outcome: RunUndo = undoOf([])) {
  const asked: unknown[] = [];
  const runs = {
    previewUndo: () => (preview instanceof Error ? Promise.reject(preview) : Promise.resolve(preview)),
    undo: (_id: string, { force }: { force: string[] }) => {
      asked.push(force);
      return Promise.resolve(outcome);
    },
  };
  let closed = 0;
  render(
    <ServicesProvider services={{ api: { runs } as unknown as Api } as Services}>
      <QueryClientProvider client={new QueryClient()}>
        <UndoDialog runId="run_1" onClose={() => closed++} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { asked, closed: () => closed, user: userEvent.setup() };
}

describe("undoing an answer's changes", () => {
  it("shows each path and what happens to it, with its diff, then does it", async () => {
    const paths = [
      path("/home/ann/notes.txt", { diff: "--- a\n+++ a\n@@ -1 +1 @@\n-new\n+old\n" }),
      path("/home/ann/b.txt", { action: "move_back", movedTo: "/home/ann/a.txt" }),
      path("/home/ann/new", { action: "remove", kind: "folder" }),
    ];
    const { asked, closed, user } = show(undoOf(paths), undoOf(paths.map((one) => ({ ...one, isDone: true }))));
    const rows = await screen.findAllByTestId("undo-path");
    expect(rows.map((row) => row.querySelector(".Badge")?.textContent)).toEqual(["Restore", "Move back", "Remove"]);
    expect(within(rows[0] as HTMLElement).getByText("old")).toBeTruthy();
    expect(within(rows[1] as HTMLElement).getByText("to /home/ann/a.txt")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Undo 3 changes" }));
    expect(asked).toEqual([[]]);
    expect((await screen.findByTestId("undo-outcome")).textContent).toBe("3 changes undone");
    await user.click(screen.getByTestId("undo-close"));
    expect(closed()).toBe(1);
  });

  it("leaves alone what somebody changed, unless that is ticked", async () => {
    const conflict = path("/home/ann/mine.txt", { obstacle: "changed", canForce: true });
    const { asked, user } = show(undoOf([conflict]), undoOf([{ ...conflict, obstacle: null, isDone: true }]));
    expect(await screen.findByText("Changed since, by you or a program")).toBeTruthy();
    expect(screen.getByTestId("undo-submit").hasAttribute("disabled")).toBe(true);
    await user.click(screen.getByRole("checkbox", { name: "Undo it all the same" }));
    await user.click(screen.getByRole("button", { name: "Undo 1 change" }));
    expect(asked).toEqual([["/home/ann/mine.txt"]]);
  });

  it("says what stays, and why", async () => {
    const kept = path("/home/ann/d", { action: "remove", kind: "folder", obstacle: "not_empty" });
    const { user } = show(undoOf([path("/home/ann/a"), kept]), undoOf([path("/home/ann/a", { isDone: true }), kept]));
    expect(await screen.findByText("Stays: it holds other files")).toBeTruthy();
    expect(screen.queryByRole("checkbox")).toBeNull();
    await user.click(screen.getByTestId("undo-submit"));
    expect((await screen.findByTestId("undo-outcome")).textContent).toBe("1 change undone1 was left as it is");
    expect(screen.getAllByTestId("undo-path")).toHaveLength(1);
  });

  it("names the commands that it cannot undo", async () => {
    show(undoOf([], { machines: [], commands: ["git push"] }));
    expect(await screen.findByText("There is nothing to undo")).toBeTruthy();
    expect(screen.getByTestId("undo-commands").textContent).toBe("1 command cannot be undonegit push");
  });

  it("says that the machine is away, and can look again", async () => {
    show(new ApiError({ status: 409, code: "devices.offline", title: "“laptop” is offline." }));
    expect((await screen.findByRole("alert")).textContent).toContain("“laptop” is offline.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
    expect(screen.queryByTestId("undo-submit")).toBeNull();
  });
});
