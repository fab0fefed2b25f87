/**
 * Whether the machine behind 127.0.0.1 is the one that was linked: any program could hold the port. The bridge signs
 * the page's origin and a fresh challenge; its public key hashes to the node id that the server knows it by.
 */
export interface Proof {
  publicKey: string;
  signature: string;
}

export async function isProven(proof: Proof | null, expected: { nodeId: string; origin: string; challenge: string }): Promise<boolean> {
  if (!proof) return false;
  try {
    const key = bytesOf(proof.publicKey);
    const hash = await crypto.subtle.digest("SHA-256", key);
    if (hexOf(hash) !== expected.nodeId) return false;
    const verifier = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    const text = new TextEncoder().encode(`openclaw-health-v1|${expected.origin}|${expected.challenge}`);
    return await crypto.subtle.verify("Ed25519", verifier, bytesOf(proof.signature), text);
  } catch {
    return false; // not base64, not a key, or a browser without Ed25519: not proven
  }
}

/** 192 random bits in base64url. */
export function newChallenge(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(24)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function hexOf(buffer: ArrayBuffer): string {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
