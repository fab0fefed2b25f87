import type { Api } from "@openclaw/api";
import type { ConnectionState, GatewayClient, LocalBridge, LocalView } from "@openclaw/realtime";
import { createContext, useContext, useEffect, useSyncExternalStore, type ReactNode } from "react";

import type { Preferences, PreferenceStore } from "./preferences.ts";
import type { Streams } from "./streams.ts";

/** What is built once per page and handed down. */
export interface Services {
  api: Api;
  gateway: GatewayClient;
  streams: Streams;
  local: LocalBridge;
  preferences: PreferenceStore;
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error("useServices is called outside of ServicesProvider");
  return services;
}

export function useApi(): Api {
  return useServices().api;
}

export function usePreferences(): Preferences {
  const { preferences } = useServices();
  return useSyncExternalStore(preferences.subscribe, preferences.get);
}

export function useConnection(): ConnectionState {
  const { gateway } = useServices();
  return useSyncExternalStore(
    (listener) => gateway.onState(listener),
    () => gateway.state,
  );
}

/** What is known of the bridge on this very machine, and of what its runtime is at. */
export function useLocal(): LocalView {
  const { local } = useServices();
  return useSyncExternalStore(local.subscribe, local.snapshot);
}

/** Says that this page shows local content: it is looked for now, and kept fresh while the page is there. */
export function useLocalSurface(surface: "home" | "chat"): LocalView {
  const { local } = useServices();
  useEffect(() => local.mount(surface), [local, surface]);
  return useLocal();
}
