import type { Message } from "@openclaw/api";

import type { RunEvent } from "./events.ts";
import { EMPTY_OVERLAY, reduceOverlay, settleOverlay, type Overlay } from "./overlay.ts";

/** Runs a callback before the next paint (requestAnimationFrame in a browser). */
export type Schedule = (run: () => void) => void;

/**
 * The overlay of one conversation as a store. Events are collected and reduced once a frame: a fast model can send
 * hundreds of deltas a second, and typing must not wait for them.
 */
export class ConversationStream {
  readonly #schedule: Schedule;
  readonly #listeners = new Set<() => void>();
  #overlay: Overlay = EMPTY_OVERLAY;
  #queue: RunEvent[] = [];

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** The overlay; the same object until something changed. */
  readonly snapshot = (): Overlay => this.#overlay;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  push(event: RunEvent): void {
    this.#queue.push(event);
    if (this.#queue.length === 1) this.#schedule(() => this.#flush());
  }

  /** REST has been read: what it settles is dropped. */
  settle(messages: readonly Message[]): void {
    this.#flush();
    this.#replace(settleOverlay(this.#overlay, messages));
  }

  /** Events may be missing: live runs are forgotten, and REST plus the next cumulative delta rebuild them. */
  reset(): void {
    this.#queue = [];
    this.#replace({ ...this.#overlay, runs: {} });
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#replace(queue.reduce(reduceOverlay, this.#overlay));
  }

  #replace(overlay: Overlay): void {
    if (overlay === this.#overlay) return;
    this.#overlay = overlay;
    for (const listener of this.#listeners) listener();
  }
}
