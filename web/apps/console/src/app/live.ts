import { readEvent } from "@openclaw/realtime";
import type { QueryClient } from "@tanstack/react-query";

import { queryKeys } from "../shared/queryKeys.ts";
import type { Services } from "../shared/services.tsx";

/** Events come in bursts; what they make stale is read once for all that come within this time. */
const GATHER_MS = 40;

/** Carries gateway events to where they show: live ones to the overlay, the rest marks what was read as stale. */
export function connectLive({ gateway, streams }: Services, queryClient: QueryClient): void {
  const gathered = new Map<string, readonly unknown[]>();
  const stale = (queryKey: readonly unknown[]) => {
    if (gathered.size === 0) window.setTimeout(refetch, GATHER_MS);
    gathered.set(JSON.stringify(queryKey), queryKey);
  };
  const refetch = () => {
    const keys = [...gathered.values()];
    gathered.clear();
    for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
  };

  gateway.on("*", (payload, name) => {
    const addressed = readEvent(name, payload);
    if (addressed) streams.of(addressed.sessionKey).push(addressed.event);
    switch (name) {
      case "chat":
        if (addressed?.event.kind === "ended") {
          stale(queryKeys.messages(addressed.sessionKey));
          stale(queryKeys.conversations);
        }
        break;
      case "agent":
        if (addressed?.event.kind === "started") {
          stale(queryKeys.messages(addressed.sessionKey));
          stale(queryKeys.conversations);
        } else if (addressed?.event.kind === "tool" && addressed.event.change.phase !== "update") {
          // The stored step has what the event leaves out: the approval, the cut result, the error.
          stale(queryKeys.messages(addressed.sessionKey));
        }
        break;
      case "exec.approval.requested":
      case "exec.approval.resolved":
        stale(queryKeys.approvals);
        stale(queryKeys.conversations);
        stale(queryKeys.approvalRules);
        if (addressed) stale(queryKeys.messages(addressed.sessionKey));
        break;
      case "sessions.changed": {
        stale(queryKeys.conversations);
        const key = (payload as { sessionKey?: unknown } | null)?.sessionKey;
        if (typeof key === "string") stale(queryKeys.messages(key));
        break;
      }
      case "device.changed":
      case "presence":
        stale(queryKeys.devices);
        break;
      case "host.changed":
        stale(queryKeys.hosts);
        break;
      case "system.changed":
        stale(queryKeys.systems);
        stale(queryKeys.vaults);
        break;
      case "channel.changed":
        stale(queryKeys.channels);
        break;
      case "notifications.changed":
        stale(queryKeys.notifications);
        break;
      case "device.pair.requested":
      case "device.pair.resolved":
        stale(queryKeys.pairingRequests);
        stale(queryKeys.devices);
        break;
    }
  });

  gateway.onResync(() => {
    streams.reset();
    const { allMessages, conversations, approvals, devices, hosts, pairingRequests, notifications, systems, vaults, channels } = queryKeys;
    for (const key of [allMessages, conversations, approvals, devices, hosts, pairingRequests, notifications, systems, vaults, channels]) stale(key);
  });
}
