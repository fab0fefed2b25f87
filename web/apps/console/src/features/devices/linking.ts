import type { LinkChallengeStatus } from "@openclaw/api";

/** What is typed on a machine that has no bridge yet. */
export const INSTALL = "pipx install openclaw";
export const RUN = "openclaw bridge run";

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
