import type { Http } from "./http.ts";

const PREFIX = "whsec_";

/** Raised for what is no secret of a webhook. */
export class WrongSecretError extends Error {
  override readonly name = "WrongSecretError";
  readonly code = "automations.wrong_secret";
}

/** Browsers sign on https and on this machine only. */
export function canSign(): boolean {
  return typeof globalThis.crypto?.subtle !== "undefined";
}

/** The three headers of Standard Webhooks, version 1. `at` is in Unix seconds. */
export async function signedHeaders(secret: string, { id, at, body }: { id: string; at: number; body: string }): Promise<Record<string, string>> {
  const raw = bytesOf(secret.trim());
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${at}.${body}`)));
  return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${btoa(String.fromCharCode(...mac))}` };
}

/** Sends JSON to a webhook of this server, signed with its secret; the id of the run that was accepted. */
export async function deliverSigned(http: Http, hookPath: string, secret: string, body: string): Promise<{ runId: string }> {
  const headers = await signedHeaders(secret, { id: `test_${crypto.randomUUID()}`, at: Math.floor(Date.now() / 1000), body });
  return http.outside<{ runId: string }>(hookPath, body, headers);
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith(PREFIX)) throw new WrongSecretError("not a secret of a webhook");
  try {
    const text = atob(secret.slice(PREFIX.length));
    if (text === "") throw new Error("empty");
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  } catch {
    throw new WrongSecretError("not a secret of a webhook");
  }
}
