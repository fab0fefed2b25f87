import type { LocalEnvironment } from "./bridge.ts";
import type { LoopbackPermission } from "./state.ts";

type Surroundings = Omit<LocalEnvironment, "ask" | "language" | "devices" | "vouch" | "isLocalPage">;

/** The surroundings of a page in a browser. */
export function browserSurroundings(): Surroundings {
  return {
    origin: window.location.origin,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    permission: () => loopbackPermission(navigator.permissions as Permissions | undefined),
    isVisible: () => document.visibilityState === "visible",
    setTimer: (run, ms) => window.setTimeout(run, ms),
    clearTimer: (handle) => window.clearTimeout(handle as number),
    onPage: (listener) => {
      const focus = () => listener("focus");
      const online = () => listener("online");
      const visible = () => document.visibilityState === "visible" && listener("visible");
      window.addEventListener("focus", focus);
      window.addEventListener("online", online);
      document.addEventListener("visibilitychange", visible);
      return () => {
        window.removeEventListener("focus", focus);
        window.removeEventListener("online", online);
        document.removeEventListener("visibilitychange", visible);
      };
    },
  };
}

/** The permission was renamed between browser releases; a browser without either has no such gate. */
export async function loopbackPermission(permissions: Pick<Permissions, "query"> | undefined): Promise<LoopbackPermission> {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const status = await permissions?.query({ name: name as PermissionName });
      if (status) return status.state;
    } catch {
      continue;
    }
  }
  return "unknown";
}
