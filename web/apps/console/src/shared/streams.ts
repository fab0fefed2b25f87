import { ConversationStream, type Schedule } from "@openclaw/realtime";

/** The live overlay of each conversation that events arrived for or that a page shows. */
export class Streams {
  readonly #schedule: Schedule;
  readonly #streams = new Map<string, ConversationStream>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  of(conversationId: string): ConversationStream {
    let stream = this.#streams.get(conversationId);
    if (!stream) this.#streams.set(conversationId, (stream = new ConversationStream(this.#schedule)));
    return stream;
  }

  reset(): void {
    for (const stream of this.#streams.values()) stream.reset();
  }

  clear(): void {
    this.#streams.clear();
  }
}
