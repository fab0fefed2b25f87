import type { GatewayTokenScope, WorkspaceRole } from "@openclaw/api";

/** In the order in which they are offered. */
export const SCOPES: readonly GatewayTokenScope[] = ["node", "operator.read", "operator.write", "operator.approvals", "operator.pairing"];

/** Days, as texts for the select; `never` has none. */
export const EXPIRIES = ["30", "90", "365", "never"] as const;
export type Expiry = (typeof EXPIRIES)[number];

/** What somebody with this role can give a token: viewers read. */
export function offeredScopes(role: WorkspaceRole): readonly GatewayTokenScope[] {
  return role === "viewer" ? ["operator.read"] : SCOPES;
}

export function daysOf(expiry: Expiry): number | null {
  return expiry === "never" ? null : Number(expiry);
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Released clients refuse `ws://` to other machines unless they are told that it is meant. */
export function isInsecure(gatewayUrl: string): boolean {
  const url = new URL(gatewayUrl);
  return url.protocol === "ws:" && !LOOPBACK.test(url.hostname);
}

/** What connects a machine with a released node host. */
export function nodeCommand(gatewayUrl: string, token: string): string {
  const url = new URL(gatewayUrl);
  const isTls = url.protocol === "wss:";
  const port = url.port || (isTls ? "443" : "80");
  const place = `--host ${url.hostname} --port ${port}${isTls ? " --tls" : ""}`;
  return `${prefix(gatewayUrl)}OPENCLAW_GATEWAY_TOKEN=${token} openclaw node run ${place}`;
}

/** What a released command line asks first. */
export function clientCommand(gatewayUrl: string, token: string): string {
  return `${prefix(gatewayUrl)}openclaw nodes status --url ${gatewayUrl} --token ${token}`;
}

function prefix(gatewayUrl: string): string {
  return isInsecure(gatewayUrl) ? "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1 " : "";
}

/** A key's SHA-256 in groups that can be compared by eye. */
export function fingerprint(nodeId: string): string {
  return nodeId.match(/.{1,4}/g)?.join(" ") ?? nodeId;
}
