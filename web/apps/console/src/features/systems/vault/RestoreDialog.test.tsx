// @vitest-environment jsdom
import type { Api, PlanRestoreInput, SystemDetail, VaultChange } from "@openclaw/api";
import { loadSystemWords } from "@openclaw/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { RestoreDialog } from "./RestoreDialog.tsx";

// Which jsdom has not, and dialogs need.
vi.stubGlobal("CSS", { escape: (text: string) => text });

await loadSystemWords();
afterEach(cleanup);

const RENAMED: VaultChange = { kind: "changed", path: "$.name", before: "Tea", after: "Coffee", words: "The name was changed" };

function open(target: PlanRestoreInput, { branchId = null, changes = [] }: { branchId?: string | null; changes?: VaultChange[] }) {
  const vaults = {
    planRestore: () => Promise.resolve({ changes, counts: [], token: "token", snapshot: { id: "snap_1", branchId, scopes: ["system_config"] } }),
    branches: () => Promise.resolve({ items: [{ id: "branch_bold", name: "Bold" }] }),
  };
  const services = { api: { vaults } as unknown as Api } as Services;
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={new QueryClient()}>
        <RestoreDialog system={{ id: "sys_1", currentBranchId: null, syncMode: "full" } as SystemDetail} target={target} name="Baseline" isLine={target.branchId !== undefined} onClose={() => undefined} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
}

it("offers no restore that would change nothing", async () => {
  open({ snapshotId: "snap_1" }, {});
  await screen.findByTestId("restore-pointless");
  expect(screen.queryByTestId("restore-confirm")).toBeNull();
});

it("restores what differs", async () => {
  open({ snapshotId: "snap_1" }, { changes: [RENAMED] });
  await screen.findByText("The name was changed");
  expect((screen.getByTestId("restore-confirm") as HTMLButtonElement).disabled).toBe(false);
  expect(screen.queryByTestId("restore-line")).toBeNull();
});

it.each([
  ["to a branch", { branchId: "branch_bold" }, null],
  ["back to a moment of a branch", { snapshotId: "snap_1" }, "branch_bold"],
])("goes over %s even where nothing else changes", async (_, target, branchId) => {
  open(target, { branchId });
  expect((await screen.findByText(/another line: Bold/)).dataset["testid"]).toBe("restore-line");
  expect((screen.getByTestId("restore-confirm") as HTMLButtonElement).disabled).toBe(false);
});
