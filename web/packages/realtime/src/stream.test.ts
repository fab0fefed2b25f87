import { expect, it } from "vitest";

import { ConversationStream } from "./stream.ts";

it("reduces many events in one frame, and tells its readers once", () => {
  const frames: (() => void)[] = [];
  const stream = new ConversationStream((run) => frames.push(run));
  let told = 0;
  stream.subscribe(() => told++);
  for (let seq = 1; seq <= 500; seq++) stream.push({ kind: "text", runId: "run_1", seq, delta: "x", cumulative: null });
  expect(frames).toHaveLength(1);
  expect(told).toBe(0);
  frames[0]?.();
  expect(told).toBe(1);
  expect(stream.snapshot().runs["run_1"]?.segments).toEqual([{ type: "text", text: "x".repeat(500) }]);
});

it("forgets live runs when events were missed", () => {
  const stream = new ConversationStream((run) => run());
  stream.push({ kind: "text", runId: "run_1", seq: 1, delta: "x", cumulative: null });
  stream.reset();
  expect(stream.snapshot().runs).toEqual({});
});
