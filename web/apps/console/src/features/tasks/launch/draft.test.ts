import type { Task } from "@openclaw/api";
import { expect, it } from "vitest";

import { draftOf, inputOf, keepsBudget, NEW, type Draft } from "./draft.ts";

const sent = (draft: Partial<Draft>, task: Task | null = null) => inputOf({ ...NEW, text: "Tidy up", ...draft }, task);

it("sends the least where nothing else is chosen", () => {
  expect(sent({})).toEqual({ input: { text: "Tidy up", target: { kind: "server" }, approvalMode: "ask", whenLost: "redispatch" } });
});

it("sends money in millionths and time in seconds", () => {
  const { input } = sent({ money: "0,25", tokens: "5000", minutes: "1.5", mayAsk: false }) as { input: Record<string, unknown> };
  expect(input).toMatchObject({ budget: { moneyMicros: 250_000, tokens: 5000 }, timeLimitSeconds: 90, approvalMode: "deny" });
});

it("says what is wrong with what is typed", () => {
  expect(sent({ text: "  ", money: "much", tokens: "1.5", minutes: "0" })).toEqual({
    faults: { text: "required", money: "number", tokens: "integer", minutes: "number" },
  });
  expect(sent({ minutes: "43201", money: "1e9" })).toEqual({ faults: { minutes: "tooLarge", money: "tooLarge" } });
  expect(sent({ where: "hosts", labels: "gpu, <script>" })).toEqual({ faults: { labels: "labels" } });
});

it("names the place as the server does", () => {
  const target = (draft: Partial<Draft>) => (sent(draft) as { input: { target: unknown } }).input.target;
  expect(target({ where: "device:dev_1" })).toEqual({ kind: "device", deviceId: "dev_1" });
  expect(target({ where: "device:dev_1", isPi: true, syncMode: "metadata" })).toEqual({ kind: "device", deviceId: "dev_1", runtime: "pi", syncMode: "metadata" });
  expect(target({ where: "hosts", labels: "gpu, region:eu" })).toEqual({ kind: "host", labels: ["gpu", "region:eu"] });
  expect(target({ where: "server", isPi: true, syncMode: "local_only" })).toEqual({ kind: "server" });
});

it("sends no budget where none can be kept", () => {
  const own = { where: "device:dev_1", isPi: true, money: "5", tokens: "x" } as const;
  expect(keepsBudget({ ...NEW, ...own })).toBe(false);
  expect(sent(own)).toMatchObject({ input: { target: { runtime: "pi" } } });
  expect(sent(own)).not.toHaveProperty("input.budget");
});

it("keeps of a task what the form does not show", () => {
  const task = {
    text: "Tidy up",
    title: "Tidy",
    target: { kind: "host", deviceId: null, labels: ["gpu"], runtime: "server", syncMode: "full" },
    approvalMode: "deny",
    budget: { moneyMicros: 1_500_000, calls: 9 },
    budgetId: null,
    timeLimitSeconds: 600,
    whenLost: "end",
    system: { id: "sys_1", name: "Sites" },
    intake: { topic: "Tea" },
  } as unknown as Task;
  expect(draftOf(task)).toEqual({ ...NEW, text: "Tidy up", title: "Tidy", where: "hosts", labels: "gpu", mayAsk: false, money: "1.5", minutes: "10", goesOnElsewhere: false });
  expect(inputOf({ ...draftOf(task), text: "", money: "" }, task)).toEqual({
    input: {
      title: "Tidy",
      systemId: "sys_1",
      intake: { topic: "Tea" },
      target: { kind: "host", labels: ["gpu"] },
      approvalMode: "deny",
      budget: { calls: 9 },
      timeLimitSeconds: 600,
      whenLost: "end",
    },
  });
  const sharing = { ...task, budget: null, budgetId: "bud_1" };
  expect(inputOf(draftOf(sharing), sharing)).toMatchObject({ input: { budgetId: "bud_1" } });
  expect(inputOf({ ...draftOf(sharing), money: "1" }, sharing)).not.toHaveProperty("input.budgetId");
});
