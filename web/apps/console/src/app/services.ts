import { askLoopback, browserRenewal, createApi, isApiError, readCookie, type Device, type Page } from "@openclaw/api";
import { browserEnvironment, browserSurroundings, GatewayClient, LocalBridge } from "@openclaw/realtime";
import { QueryClient } from "@tanstack/react-query";

import { isLoopbackHost } from "../shared/loopback.ts";
import { PreferenceStore } from "../shared/preferences.ts";
import { queryKeys } from "../shared/queryKeys.ts";
import type { Services } from "../shared/services.tsx";
import { Streams } from "../shared/streams.ts";
import { connectLive } from "./live.ts";
import { createConsoleRouter, type ConsoleRouter } from "./router.tsx";

export const CLIENT_VERSION = "0.1.0";
const CSRF_COOKIE = "openclaw_csrf";

export interface Built {
  services: Services;
  queryClient: QueryClient;
  router: ConsoleRouter;
}

/** Builds everything that lives as long as the page. */
export function createServices(): Built {
  const preferences = new PreferenceStore(window.localStorage, navigator.languages);
  const queryClient = createQueryClient();
  const api = createApi({
    csrfToken: () => readCookie(document.cookie, CSRF_COOKIE),
    language: () => (preferences.get().language === "zh" ? "zh-CN" : "en"),
    workspaceId: () => preferences.get().workspaceId,
    renewal: browserRenewal(window.localStorage, navigator.locks),
    onSessionEnded: () => endSession(),
  });
  const gateway = new GatewayClient({
    environment: browserEnvironment({ isServerLocal: isLoopbackHost(window.location.hostname) }),
    ticket: () => api.auth.gatewayTicket(),
    isSessionOver: (error) => isApiError(error) && error.status === 401,
    version: CLIENT_VERSION,
    locale: () => preferences.get().language,
  });
  const streams = new Streams((run) => window.requestAnimationFrame(run));
  const local = new LocalBridge({
    ...browserSurroundings(),
    ask: askLoopback,
    isLocalPage: isLoopbackHost(window.location.hostname),
    language: () => preferences.get().language,
    devices: async ({ isFresh }) => {
      // Not as a query: one that is made stale meanwhile ends without an answer.
      const known = isFresh ? undefined : queryClient.getQueryData<Page<Device>>(queryKeys.devices);
      const { items } = known ?? (await api.devices.list());
      return items.filter(({ revokedAt }) => revokedAt === null);
    },
    vouch: async (deviceId, nonce) => (await api.devices.pagePass(deviceId, nonce)).pass,
  });
  const services: Services = { api, gateway, streams, local, preferences };
  const router = createConsoleRouter({ services, queryClient });
  connectLive(services, queryClient);

  /** Only someone who was signed in is told that the session is over; a first visit just gets the form. */
  function endSession() {
    if (!queryClient.getQueryData(queryKeys.account)) return;
    gateway.stop();
    local.stop();
    queryClient.clear();
    streams.clear();
    void router.navigate({ to: "/sign-in", search: { ended: true, next: window.location.pathname } });
  }

  return { services, queryClient, router };
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A server on this machine answers without any network.
        networkMode: "always",
        retry: (failures, error) => failures < 2 && !(isApiError(error) && error.status < 500),
      },
      mutations: { networkMode: "always" },
    },
  });
}
