import type { TimerHandle } from "../environment.ts";
import { BridgeClient, readAll, type BridgeHealth, type ClientEnvironment, type PageToken } from "./client.ts";
import { isProven, newChallenge } from "./identity.ts";
import { sessionOf } from "./session.ts";
import { reduceLocal, UNKNOWN, type LocalEvent, type LocalView, type LoopbackPermission, type Owner, type ReadOutcome } from "./state.ts";
import { delayOf, looksWhileHidden, type Trigger } from "./triggers.ts";

/** A machine of the signed-in account. */
export interface OwnDevice {
  id: string;
  nodeId: string;
}

/** What the local bridge needs from its surroundings, so that tests can script them. */
export interface LocalEnvironment extends ClientEnvironment {
  permission: () => Promise<LoopbackPermission>;
  /** The page itself comes from this machine: it needs no permission, and nobody is asked. */
  isLocalPage: boolean;
  /** The page's own. */
  origin: string;
  isVisible: () => boolean;
  setTimer: (run: () => void, ms: number) => TimerHandle;
  clearTimer: (handle: TimerHandle) => void;
  /** Calls back on focus, on becoming visible and on `online`. Returns the way to stop. */
  onPage: (listener: (trigger: "focus" | "visible" | "online") => void) => () => void;
  /** The account's machines; `isFresh`: not from memory. Rejects when the server cannot be asked. */
  devices: (options: { isFresh: boolean }) => Promise<readonly OwnDevice[]>;
  /** The server's word to the machine that this page is its owner's. Rejects when it does not give it. */
  vouch: (deviceId: string, nonce: string) => Promise<string>;
}

/** How old live content gets before it is read again: while the runtime works, rests, or has just been started. */
const STALE_MS = { working: 2_000, resting: 20_000, starting: 1_500 } as const;

/**
 * The one owner of everything between this page and the bridge on its machine: when it is looked for, what was found,
 * and what its runtime is at. Whatever fails, the page goes on with what the server knows.
 */
export class LocalBridge {
  readonly #env: LocalEnvironment;
  readonly #client: BridgeClient;
  readonly #listeners = new Set<() => void>();
  #view: LocalView = UNKNOWN;
  #surfaces = 0;
  #stopListening: (() => void) | null = null;
  #debounce: TimerHandle | null = null;
  #staleTimer: TimerHandle | null = null;
  #lastLook: number | null = null;
  #again: Trigger | null = null;
  /** A click was answered once: looking asks nobody any more. */
  #wasAnswered = false;
  #token: (PageToken & { deviceId: string }) | null = null;
  /** Rises when what is under way has become about somebody else. */
  #generation = 0;

  constructor(environment: LocalEnvironment) {
    this.#env = environment;
    this.#client = new BridgeClient(environment);
  }

  readonly snapshot = (): LocalView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The page is there, with its account signed in. */
  start(): void {
    if (this.#stopListening) return;
    this.#stopListening = this.#env.onPage((trigger) => this.trigger(trigger));
    this.trigger("load");
  }

  /** Signed out, or another workspace: nothing that was known counts. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#generation++;
    this.#token = null;
    this.#lastLook = null;
    this.#again = null;
    this.#clearTimers();
    this.#apply({ type: "forgotten" });
  }

  /** A surface that shows local content is on the page. Returns the way to take it back. */
  mount(surface: "home" | "chat"): () => void {
    this.#surfaces++;
    this.trigger(surface);
    return () => void this.#surfaces--;
  }

  /** Something happened after which one looks: subject to cool-down, and one look for a burst. */
  readonly trigger = (trigger: Trigger): void => {
    if (!this.#stopListening) return;
    if (!this.#env.isVisible() && !looksWhileHidden(trigger)) return;
    if (this.#view.isLooking) {
      // A look that has begun before the message was sent may have missed it.
      if (trigger === "send") this.#again = trigger;
      return;
    }
    const delay = delayOf(trigger, this.#lastLook === null ? null : this.#env.now() - this.#lastLook);
    if (delay === null) return;
    if (delay === 0) {
      this.#clearDebounce();
      void this.#look({ mayAsk: true });
    } else this.#debounce ??= this.#env.setTimer(() => this.#afterDebounce(), delay);
  };

  /** A person clicked: the browser may ask them now. */
  readonly retry = (): void => this.trigger("retry");

  /** Redeem a challenge at the bridge that was found. */
  readonly link = ({ challengeId, code }: { challengeId: string; code: string }): void => {
    if (this.#view.state.kind !== "present" || this.#view.link.step === "asking") return;
    this.#apply({ type: "linking" });
    const generation = this.#generation;
    void this.#client.redeem({ challengeId, code, appUrl: this.#env.origin }).then((outcome) => {
      if (generation !== this.#generation) return;
      this.#apply({ type: "linkEnded", outcome });
      if (!outcome.ok) return;
      this.#token = outcome.page ? { ...outcome.page, deviceId: outcome.deviceId ?? "" } : null;
      void this.#look({ mayAsk: false });
    });
  };

  /** Another challenge is on the page: what became of the last one is over. */
  readonly resetLink = (): void => this.#apply({ type: "linkReset" });

  #afterDebounce(): void {
    this.#debounce = null;
    void this.#look({ mayAsk: false });
  }

  async #look({ mayAsk }: { mayAsk: boolean }): Promise<void> {
    if (this.#view.isLooking) return;
    const generation = this.#generation;
    const isCurrent = () => generation === this.#generation;
    this.#apply({ type: "began" });
    this.#lastLook = this.#env.now();
    this.#clearStale();
    try {
      await this.#lookWhile(isCurrent, mayAsk);
    } catch {
      // Nothing that goes wrong here may take the page along: it shows what the server knows.
      if (isCurrent()) this.#apply({ type: "unanswered", permission: "unknown", isLocalPage: this.#env.isLocalPage });
    }
    if (!isCurrent()) return;
    this.#staleLater();
    this.#apply({ type: "ended" });
    const again = this.#again;
    this.#again = null;
    if (again) this.trigger(again);
  }

  async #lookWhile(isCurrent: () => boolean, mayAsk: boolean): Promise<void> {
    const { isLocalPage, origin } = this.#env;
    if (!mayAsk && !isLocalPage) {
      const permission = await this.#env.permission();
      if (!isCurrent()) return;
      // A browser that knows no such permission is not asked twice either: it has shown that it asks nobody.
      const isFree = permission === "granted" || (permission === "unknown" && this.#wasAnswered);
      if (!isFree) return this.#apply({ type: "withheld", permission });
    }
    const challenge = newChallenge();
    const health = await this.#client.health(challenge);
    if (!isCurrent()) return;
    if (!health) {
      const permission = await this.#env.permission();
      if (isCurrent()) this.#apply({ type: "unanswered", permission, isLocalPage });
      return;
    }
    this.#wasAnswered = true;
    const owner = await this.#ownerOf(health, { origin, challenge });
    if (!isCurrent()) return;
    this.#apply({ type: "answered", health, owner });
    if (owner.kind !== "mine") return;
    const outcome = await this.#read(health, owner.deviceId);
    if (isCurrent()) this.#apply({ type: "read", outcome });
  }

  async #ownerOf(health: BridgeHealth, said: { origin: string; challenge: string }): Promise<Owner> {
    if (!health.linked) return { kind: "free" };
    let device: OwnDevice | undefined;
    try {
      device = await this.#find(health);
    } catch {
      return { kind: "unasked" };
    }
    if (!device) return { kind: "elsewhere" };
    return (await isProven(health.proof, { ...said, nodeId: device.nodeId })) ? { kind: "mine", deviceId: device.id } : { kind: "unproven" };
  }

  async #find(health: BridgeHealth): Promise<OwnDevice | undefined> {
    const isIt = ({ id, nodeId }: OwnDevice) => (health.nodeId === null ? id === health.deviceId : nodeId === health.nodeId);
    // It may have been linked a second ago.
    return (await this.#env.devices({ isFresh: false })).find(isIt) ?? (await this.#env.devices({ isFresh: true })).find(isIt);
  }

  async #read(health: BridgeHealth, deviceId: string): Promise<ReadOutcome> {
    if (health.runtime === "none") return { ok: false, reason: "none" };
    for (let tries = 0; tries < 2; tries++) {
      const token = await this.#tokenFor(deviceId);
      if (!token) return { ok: false, reason: "refused" };
      const read = await readAll(this.#client, token);
      if (read.ok) {
        const session = sessionOf(read.reads, this.#env.now());
        return session ? { ok: true, session } : { ok: false, reason: "unreadable" };
      }
      if (read.reason !== "token") return { ok: false, reason: read.reason };
      this.#token = null; // run out, or the bridge was restarted: a new one, once
    }
    return { ok: false, reason: "refused" };
  }

  async #tokenFor(deviceId: string): Promise<string | null> {
    const held = this.#token;
    if (held && held.deviceId === deviceId && held.expiresAt > this.#env.now()) return held.token;
    const page = await this.#client.claimToken(this.#env.origin, (nonce) => this.#env.vouch(deviceId, nonce));
    this.#token = page && { ...page, deviceId };
    return page?.token ?? null;
  }

  /** Live content ages while somebody looks at it; so does the news that there is none yet. */
  #staleLater(): void {
    this.#clearStale();
    const { state } = this.#view;
    if (this.#surfaces === 0) return;
    let ms: number | null = null;
    if (state.kind === "live") ms = state.session.isWorking ? STALE_MS.working : STALE_MS.resting;
    else if (state.kind === "degraded") ms = state.reason === "starting" ? STALE_MS.starting : STALE_MS.resting;
    if (ms !== null) this.#staleTimer = this.#env.setTimer(() => this.trigger("stale"), ms);
  }

  #apply(event: LocalEvent): void {
    const next = reduceLocal(this.#view, event);
    if (next === this.#view) return;
    this.#view = next;
    for (const listener of this.#listeners) listener();
  }

  #clearTimers(): void {
    this.#clearDebounce();
    this.#clearStale();
  }

  #clearDebounce(): void {
    if (this.#debounce !== null) this.#env.clearTimer(this.#debounce);
    this.#debounce = null;
  }

  #clearStale(): void {
    if (this.#staleTimer !== null) this.#env.clearTimer(this.#staleTimer);
    this.#staleTimer = null;
  }
}
