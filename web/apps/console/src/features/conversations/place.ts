import type { Conversation, Device, Runtime, SyncMode } from "@openclaw/api";

/** Where a conversation works, and how much of it the server keeps. With Pi it is fixed once the conversation is made. */
export interface Place {
  deviceId: string | null;
  runtime: Runtime;
  syncMode: SyncMode;
}

export const ANYWHERE: Place = { deviceId: null, runtime: "server", syncMode: "full" };
export const SYNC_MODES: readonly SyncMode[] = ["full", "metadata", "local_only"];

const ANY = "any";
const PI = "pi:";

export function placeOf({ deviceId, runtime, syncMode }: Conversation): Place {
  return { deviceId, runtime, syncMode };
}

/** Whether the bridge there reports a runtime. */
export function hasPi(device: Device): boolean {
  return device.commands.includes("pi.run");
}

/** A place as the value of a choice. */
export function keyOf({ deviceId, runtime }: Place): string {
  if (deviceId === null) return ANY;
  return runtime === "pi" ? PI + deviceId : deviceId;
}

/** The place of a choice. `syncMode` counts with Pi only: the server's own agent needs everything. */
export function placeOfKey(key: string, syncMode: SyncMode): Place {
  if (key === ANY) return ANYWHERE;
  if (key.startsWith(PI)) return { deviceId: key.slice(PI.length), runtime: "pi", syncMode };
  return { ...ANYWHERE, deviceId: key };
}
