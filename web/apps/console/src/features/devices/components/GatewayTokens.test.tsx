// @vitest-environment jsdom
import type { Api, GatewayToken, PairingRequest, WorkspaceRole } from "@openclaw/api";
import { ToastProvider } from "@openclaw/ui";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { GatewayTokensSection } from "./GatewayTokensSection.tsx";
import { OnlineDevices } from "./OnlineDevices.tsx";
import { PairingRequests } from "./PairingRequests.tsx";

// jsdom has none, and the dialogs look for one.
vi.stubGlobal("CSS", { escape: (text: string) => text });
afterEach(cleanup);

const TOKEN: GatewayToken = {
  id: "gtok_1",
  name: "build-host",
  hint: "p4Zw",
  scopes: ["node"],
  createdAt: "2026-11-21T05:00:00Z",
  expiresAt: null,
  lastUsedAt: null,
};
const REQUEST: PairingRequest = {
  id: "pair_1",
  nodeId: "c36aeee9",
  name: "nas",
  platform: "linux",
  version: "2026.9.6",
  address: "192.168.1.17",
  tokenId: "gtok_1",
  createdAt: "2026-11-21T05:00:00Z",
  expiresAt: "2026-11-21T05:05:00Z",
};

/** Shows `content` over an API that keeps what it is given and records what is done with it. */
function show(content: ReactNode, { tokens = [], requests = [], role = "owner" }: { tokens?: GatewayToken[]; requests?: PairingRequest[]; role?: WorkspaceRole } = {}) {
  const done: unknown[] = [];
  const answer = (id: string, word: string) => {
    done.push([word, id]);
    requests.splice(0);
    return Promise.resolve();
  };
  const devices = {
    tokens: () => Promise.resolve({ items: [...tokens] }),
    createToken: (body: { name: string; scopes: GatewayToken["scopes"] }) => {
      done.push(body);
      const made = { ...TOKEN, ...body, id: "gtok_2", token: "ocgt_secret", gatewayUrl: "ws://127.0.0.1:18789" };
      tokens.unshift(made);
      return Promise.resolve(made);
    },
    revokeToken: (id: string) => {
      done.push(["revoke", id]);
      tokens.splice(0);
      return Promise.resolve();
    },
    list: () => Promise.resolve({ items: [] }),
    pairingRequests: () => Promise.resolve({ items: [...requests] }),
    approvePairing: (id: string) => answer(id, "approve"),
    rejectPairing: (id: string) => answer(id, "reject"),
  };
  const services = { api: { devices } as unknown as Api } as Services;
  const queryClient = new QueryClient();
  queryClient.setQueryDefaults(queryKeys.account, { staleTime: Infinity });
  queryClient.setQueryData(queryKeys.account, { workspace: { role } });
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={queryClient}>
        <ToastProvider dismissLabel="Dismiss">
          {content}
        </ToastProvider>
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { done, user: userEvent.setup() };
}

describe("gateway tokens", () => {
  it("are listed by what they may do and how they end, never whole", async () => {
    show(<GatewayTokensSection />, { tokens: [{ ...TOKEN }] });
    const row = await screen.findByTestId("token-row");
    expect(row.textContent).toContain("Connect machines that run commands");
    expect(row.textContent).toContain("ends in p4Zw");
    expect(row.textContent).toContain("never used");
  });

  it("are made for what was chosen, and shown once with the command to type", async () => {
    const { done, user } = show(<GatewayTokensSection />);
    await user.click(await screen.findByTestId("add-token"));
    await user.click(await screen.findByTestId("create-token"));
    expect(await screen.findByText("Give it a name.")).toBeTruthy();
    expect(done).toEqual([]);
    await user.type(screen.getByRole("textbox"), " nas ");
    await user.click(screen.getByRole("checkbox", { name: "Read conversations, runs and machines" }));
    await user.click(screen.getByTestId("create-token"));
    expect(done).toEqual([{ name: "nas", scopes: ["node", "operator.read"], expiresInDays: 90 }]);
    const shown = await screen.findByTestId("token-created");
    expect(shown.textContent).toContain("OPENCLAW_GATEWAY_TOKEN=ocgt_secret openclaw node run --host 127.0.0.1 --port 18789");
    expect(shown.textContent).toContain("openclaw nodes status --url ws://127.0.0.1:18789 --token ocgt_secret");
    await user.click(screen.getAllByRole("button", { name: "Close" }).at(-1) as HTMLElement);
    expect(document.body.textContent).not.toContain("ocgt_secret");
  });

  it("need something that they may do", async () => {
    const { done, user } = show(<GatewayTokensSection />);
    await user.click(await screen.findByTestId("add-token"));
    await user.type(await screen.findByRole("textbox"), "nas");
    await user.click(screen.getByRole("checkbox", { name: "Connect machines that run commands" }));
    await user.click(screen.getByTestId("create-token"));
    expect(screen.getByText("Choose at least one.")).toBeTruthy();
    expect(done).toEqual([]);
  });

  it("of a viewer can only read", async () => {
    const { user } = show(<GatewayTokensSection />, { role: "viewer" });
    await user.click(await screen.findByTestId("add-token"));
    const names = (await screen.findAllByRole("checkbox")).map((box) => box.closest("label")?.textContent);
    expect(names).toEqual(["Read conversations, runs and machines"]);
  });

  it("are revoked after a question", async () => {
    const { done, user } = show(<GatewayTokensSection />, { tokens: [{ ...TOKEN }] });
    await user.click(await screen.findByRole("button", { name: "Revoke" }));
    expect(done).toEqual([]);
    await user.click(screen.getAllByRole("button", { name: "Revoke" }).at(-1) as HTMLElement);
    expect(await screen.findByText("No gateway tokens")).toBeTruthy();
    expect(done).toEqual([["revoke", "gtok_1"]]);
  });
});

describe("a machine that asks to be let in", () => {
  it("is counted beside the way to the devices", async () => {
    show(<OnlineDevices />, { requests: [{ ...REQUEST }] });
    expect(await screen.findByText("Machines that ask to be let in")).toBeTruthy();
  });

  it.each(["approve", "reject"])("is told by its key, and gone after %s", async (word) => {
    const { done, user } = show(<PairingRequests />, { requests: [{ ...REQUEST }] });
    const row = await screen.findByTestId("pairing-row");
    expect(row.textContent).toContain("Key c36a eee9");
    expect(row.textContent).toContain("from 192.168.1.17");
    await user.click(screen.getByTestId(`pairing-${word}`));
    await expect.poll(() => screen.queryByTestId("pairing-row")).toBeNull();
    expect(done).toEqual([[word, "pair_1"]]);
  });
});
