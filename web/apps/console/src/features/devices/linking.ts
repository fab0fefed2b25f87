import type { BridgeHealth, LinkChallengeStatus, Probe, RedeemOutcome } from "@openclaw/api";

/** Where the page stands with the bridge on this very machine. */
export type LocalBridge =
  | { step: "unasked" }
  | { step: "probing" }
  | { step: "absent" }
  | { step: "permission" }
  | { step: "present"; health: BridgeHealth }
  | { step: "linking"; health: BridgeHealth }
  | { step: "failed"; health: BridgeHealth; reason: "unreachable" | "refused"; code: string | null; message: string | null };

export type LocalBridgeEvent =
  | { type: "probe" }
  | { type: "probed"; probe: Probe; isLocalPage: boolean }
  | { type: "link" }
  | { type: "answered"; outcome: RedeemOutcome }
  | { type: "renewed" };

export const UNASKED: LocalBridge = { step: "unasked" };

export function reduceLocalBridge(state: LocalBridge, event: LocalBridgeEvent): LocalBridge {
  switch (event.type) {
    case "probe":
      return { step: "probing" };
    case "probed":
      if (event.probe.found) return { step: "present", health: event.probe.health };
      return { step: isBlocked(event.probe.permission, event.isLocalPage) ? "permission" : "absent" };
    case "link":
      return "health" in state ? { step: "linking", health: state.health } : state;
    case "answered":
      // Success shows in the challenge, which is polled: only the server knows that the code was taken.
      if (state.step !== "linking" || event.outcome.ok) return state;
      return {
        step: "failed",
        health: state.health,
        reason: event.outcome.reason,
        code: event.outcome.reason === "refused" ? event.outcome.code : null,
        message: event.outcome.reason === "refused" ? event.outcome.message : null,
      };
    case "renewed":
      return state.step === "linking" || state.step === "failed" ? { step: "present", health: state.health } : state;
  }
}

/** A page that itself comes from this machine needs no permission, whatever the browser's answer to the question. */
function isBlocked(permission: "granted" | "prompt" | "denied" | "unknown", isLocalPage: boolean): boolean {
  return !isLocalPage && (permission === "denied" || permission === "prompt");
}

/** How the challenge stands, by the server's word and the clock. */
export type ChallengeState = "pending" | "redeemed" | "expired" | "locked";

export function challengeState(status: LinkChallengeStatus | undefined, expiresAt: string, now: number): ChallengeState {
  if (status?.status === "redeemed") return "redeemed";
  if (status?.status === "failed") return "locked";
  if (status?.status === "expired" || now >= Date.parse(expiresAt)) return "expired";
  return "pending";
}

/** "482913" as "482 913", which is easier to carry over. */
export function spacedCode(code: string): string {
  return code.replace(/^(\d{3})(\d{3})$/, "$1 $2");
}
