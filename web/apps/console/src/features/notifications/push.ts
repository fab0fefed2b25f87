/** Whether this browser can show notifications while the page is closed, and its subscription when it does. */
export type PushState = "unsupported" | "blocked" | "possible";

export function pushState(): PushState {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return "unsupported";
  return Notification.permission === "denied" ? "blocked" : "possible";
}

export class PushRefusedError extends Error {
  readonly reason: "blocked" | "failed";

  constructor(reason: "blocked" | "failed") {
    super(reason);
    this.reason = reason;
  }
}

export interface Subscribed {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Asks the person, then the browser's push service. Only after a press: browsers refuse what asks by itself. */
export async function subscribe(pushKey: string): Promise<Subscribed> {
  if ((await Notification.requestPermission()) !== "granted") throw new PushRefusedError("blocked");
  const key = bytesOf(pushKey);
  try {
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const known = await pushManager.getSubscription();
    // One for another key is of no use: the server has got a new secret since.
    if (known && !sameBytes(known.options.applicationServerKey, key)) await known.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    return read(subscription.toJSON());
  } catch {
    throw new PushRefusedError("failed");
  }
}

function read({ endpoint, keys }: PushSubscriptionJSON): Subscribed {
  if (!endpoint || !keys?.["p256dh"] || !keys["auth"]) throw new TypeError("a subscription without its keys");
  return { endpoint, keys: { p256dh: keys["p256dh"], auth: keys["auth"] } };
}

/** The bytes of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function sameBytes(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const bytes = one && new Uint8Array(one);
  return bytes?.length === other.length && other.every((byte, index) => byte === bytes[index]);
}
