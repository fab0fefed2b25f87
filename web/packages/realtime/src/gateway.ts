import { backoffMs } from "./backoff.ts";
import type { Environment, Socket, TimerHandle } from "./environment.ts";
import { GatewayClosedError, GatewayError, GatewayTimeoutError, isRecord, parseFrame } from "./frames.ts";
import type { EventFrame, ResponseFrame } from "./frames.ts";

/** `offline`: the browser says there is no network. `ended`: the session is over, nothing is retried. */
export type ConnectionState = "idle" | "connecting" | "online" | "reconnecting" | "offline" | "ended";

export interface GatewayOptions {
  environment: Environment;
  /** A fresh one-minute ticket for each connect. Rejects when the server cannot be reached. */
  ticket: () => Promise<{ ticket: string; url: string }>;
  /** True when that rejection means that the session is over. */
  isSessionOver: (error: unknown) => boolean;
  version: string;
  locale: () => string;
}

type EventListener = (payload: unknown, event: string) => void;

interface Pending {
  resolve: (payload: unknown) => void;
  reject: (error: Error) => void;
  timer: TimerHandle;
}

const REQUEST_TIMEOUT_MS = 15_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Gateways of protocol 3 send no challenge to wait for. */
const CHALLENGE_PATIENCE_MS = 750;
const DEFAULT_TICK_MS = 30_000;
const CLOSE_TICK_TIMEOUT = 4000;
/** Clients that are sent away together do not all come at the same instant. */
const SPREAD_MS = 250;

/**
 * One socket to the gateway that stays connected: handshake, requests, events, back-off, tick watchdog.
 *
 * It keeps a cursor of what it was told, and is told the rest when it comes back, by whichever gateway process then
 * answers at that address.
 */
export class GatewayClient {
  readonly #options: GatewayOptions;
  readonly #env: Environment;
  readonly #listeners = new Map<string, Set<EventListener>>();
  readonly #stateListeners = new Set<() => void>();
  readonly #resyncListeners = new Set<() => void>();
  readonly #pending = new Map<string, Pending>();
  #state: ConnectionState = "idle";
  #socket: Socket | null = null;
  #generation = 0;
  #attempt = 0;
  #nextId = 1;
  #lastSeq: number | null = null;
  #cursor: string | null = null;
  /** The gateway that is shutting down said when to come back. */
  #awaitedInMs: number | null = null;
  #tickMs = DEFAULT_TICK_MS;
  #retryTimer: TimerHandle | null = null;
  #watchdog: TimerHandle | null = null;
  #stopWaking: (() => void) | null = null;
  #hasBeenOnline = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#env = options.environment;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#stopWaking) return;
    this.#stopWaking = this.#env.onWake(() => this.#wake());
    void this.#connect();
  }

  stop(): void {
    this.#stopWaking?.();
    this.#stopWaking = null;
    this.#drop(1000, "client stopped");
    this.#setState("idle");
  }

  /** Connects anew at once, with a new ticket; used when the chosen workspace changes. */
  restart(): void {
    this.stop();
    this.#attempt = 0;
    this.#cursor = null;
    this.start();
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Calls back whenever events may have been missed: after a connect that could not be resumed, and after a gap. */
  onResync(listener: () => void): () => void {
    this.#resyncListeners.add(listener);
    return () => this.#resyncListeners.delete(listener);
  }

  on(event: string, listener: EventListener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  request(method: string, params?: unknown, timeoutMs = REQUEST_TIMEOUT_MS): Promise<unknown> {
    if (this.#state !== "online") return Promise.reject(new GatewayClosedError("not connected"));
    return this.#send(method, params, timeoutMs);
  }

  #send(method: string, params: unknown, timeoutMs: number): Promise<unknown> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(new GatewayClosedError("not connected"));
    const id = `c${this.#nextId++}`;
    return new Promise((resolve, reject) => {
      const timer = this.#env.setTimer(() => {
        this.#pending.delete(id);
        reject(new GatewayTimeoutError(`${method} was not answered in ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ type: "req", id, method, params: params ?? {} }));
    });
  }

  async #connect(): Promise<void> {
    this.#clearRetry();
    if (!this.#env.isOnline()) {
      this.#setState("offline");
      return;
    }
    const generation = ++this.#generation;
    this.#setState(this.#hasBeenOnline || this.#attempt > 0 ? "reconnecting" : "connecting");
    let pass: { ticket: string; url: string };
    try {
      pass = await this.#options.ticket();
    } catch (error) {
      if (generation !== this.#generation) return;
      if (this.#options.isSessionOver(error)) this.#setState("ended");
      else this.#retryLater();
      return;
    }
    if (generation === this.#generation) this.#open(pass, generation);
  }

  #open(pass: { ticket: string; url: string }, generation: number): void {
    const socket = this.#env.openSocket(pass.url);
    this.#socket = socket;
    this.#lastSeq = null;
    let greeted = false;
    const isCurrent = () => generation === this.#generation;
    const greet = () => {
      if (greeted || !isCurrent()) return;
      greeted = true;
      void this.#greet(pass.ticket, isCurrent);
    };
    this.#watch(HANDSHAKE_TIMEOUT_MS);
    socket.onopen = () => {
      this.#env.setTimer(greet, CHALLENGE_PATIENCE_MS);
    };
    socket.onmessage = ({ data }) => {
      if (!isCurrent() || typeof data !== "string") return;
      const frame = parseFrame(data);
      if (frame?.type === "res") this.#settle(frame);
      else if (frame?.event === "connect.challenge") greet();
      else if (frame) this.#receive(frame);
    };
    socket.onclose = () => {
      if (!isCurrent()) return;
      const awaitedInMs = this.#awaitedInMs;
      this.#awaitedInMs = null;
      this.#forgetSocket();
      this.#retryLater(awaitedInMs);
    };
  }

  async #greet(ticket: string, isCurrent: () => boolean): Promise<void> {
    try {
      const params = connectParams(ticket, this.#options, this.#cursor);
      const hello = await this.#send("connect", params, HANDSHAKE_TIMEOUT_MS);
      if (!isCurrent()) return;
      const resume = resumeOf(hello);
      this.#cursor = resume.cursor;
      this.#tickMs = tickInterval(hello);
      this.#watch(this.#tickMs * 2);
      this.#attempt = 0;
      this.#hasBeenOnline = true;
      this.#setState("online");
      // Also the first time: what was read before the socket was up may have changed since.
      if (!resume.resumed) this.#resync();
    } catch {
      // The next try brings a new ticket; a session that is over shows there.
      if (isCurrent()) this.#socket?.close(1000, "handshake failed");
    }
  }

  #receive(frame: EventFrame): void {
    if (this.#state === "online") this.#watch(this.#tickMs * 2);
    const gap = frame.seq !== undefined && this.#lastSeq !== null && frame.seq > this.#lastSeq + 1;
    if (frame.seq !== undefined) this.#lastSeq = frame.seq;
    for (const name of [frame.event, "*"]) {
      for (const listener of this.#listeners.get(name) ?? []) listener(frame.payload, frame.event);
    }
    if (frame.cursor !== undefined) this.#cursor = frame.cursor;
    if (frame.event === "shutdown") this.#awaitedInMs = restartExpected(frame.payload);
    if (gap) this.#resync();
  }

  #settle(frame: ResponseFrame): void {
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    this.#env.clearTimer(pending.timer);
    if (frame.ok) pending.resolve(frame.payload);
    else pending.reject(new GatewayError(frame.error ?? { code: "UNAVAILABLE", message: "refused" }));
  }

  /** A quiet socket may be a dead one: no tick within two intervals closes it. */
  #watch(ms: number): void {
    if (this.#watchdog !== null) this.#env.clearTimer(this.#watchdog);
    const generation = this.#generation;
    this.#watchdog = this.#env.setTimer(() => {
      if (generation !== this.#generation) return;
      this.#drop(CLOSE_TICK_TIMEOUT, "tick timeout");
      this.#retryLater();
    }, ms);
  }

  /** Back-off, unless the gateway itself said when. */
  #retryLater(awaitedInMs: number | null = null): void {
    if (!this.#stopWaking) return;
    if (!this.#env.isOnline()) {
      this.#setState("offline");
      return;
    }
    this.#setState("reconnecting");
    const pause =
      awaitedInMs === null ? backoffMs(this.#attempt++, this.#env.random) : awaitedInMs + this.#env.random() * SPREAD_MS;
    this.#retryTimer = this.#env.setTimer(() => void this.#connect(), pause);
  }

  #wake(): void {
    if (this.#state === "ended") return;
    if (!this.#env.isOnline()) {
      this.#drop(1000, "offline");
      this.#setState("offline");
    } else if (this.#state === "offline" || this.#retryTimer !== null) {
      this.#attempt = 0;
      void this.#connect();
    }
  }

  #drop(code: number, reason: string): void {
    const socket = this.#socket;
    this.#generation++;
    this.#clearRetry();
    this.#forgetSocket();
    socket?.close(code, reason);
  }

  #forgetSocket(): void {
    this.#socket = null;
    if (this.#watchdog !== null) this.#env.clearTimer(this.#watchdog);
    this.#watchdog = null;
    for (const { reject, timer } of this.#pending.values()) {
      this.#env.clearTimer(timer);
      reject(new GatewayClosedError("connection lost"));
    }
    this.#pending.clear();
  }

  #clearRetry(): void {
    if (this.#retryTimer !== null) this.#env.clearTimer(this.#retryTimer);
    this.#retryTimer = null;
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }

  #resync(): void {
    for (const listener of this.#resyncListeners) listener();
  }
}

function connectParams(ticket: string, options: GatewayOptions, cursor: string | null) {
  return {
    ...(cursor === null ? {} : { cursor }),
    minProtocol: 4,
    maxProtocol: 4,
    client: { id: "openclaw-control-ui", version: options.version, platform: "web", mode: "ui" },
    role: "operator",
    scopes: ["operator.read", "operator.write", "operator.approvals", "operator.pairing"],
    caps: ["tool-events", "approvals", "run-names", "cursor"],
    auth: { token: ticket },
    locale: options.locale(),
  };
}

/** Where the gateway goes on reading to us; a gateway that cannot says nothing of it. */
function resumeOf(hello: unknown): { cursor: string | null; resumed: boolean } {
  const resume = isRecord(hello) ? hello["resume"] : null;
  if (!isRecord(resume) || typeof resume["cursor"] !== "string") return { cursor: null, resumed: false };
  return { cursor: resume["cursor"], resumed: resume["resumed"] === true };
}

function restartExpected(payload: unknown): number | null {
  const ms = isRecord(payload) ? payload["restartExpectedMs"] : null;
  return typeof ms === "number" && ms >= 0 ? ms : null;
}

function tickInterval(hello: unknown): number {
  const policy = isRecord(hello) ? hello["policy"] : null;
  const interval = isRecord(policy) ? policy["tickIntervalMs"] : null;
  return typeof interval === "number" && interval > 0 ? interval : DEFAULT_TICK_MS;
}
