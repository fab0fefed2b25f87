import type { Dashboard, NamedRun, TaskRun } from "@openclaw/api";
import { expect, it } from "vitest";

import { countNeeds, isQuiet, together } from "./model.ts";

const EMPTY = {
  needs: { approvals: [], notifications: [], tasks: [], workflows: [] },
  running: { tasks: [], taskCount: 0, workflows: [], workflowCount: 0 },
  finished: { tasks: [], workflows: [], results: [] },
  machines: [],
} as unknown as Dashboard;
const task = (id: string, createdAt: string, finishedAt: string | null = null) => ({ id, createdAt, finishedAt }) as TaskRun;

it("is quiet until there is work; a machine is none", () => {
  expect(isQuiet(EMPTY)).toBe(true);
  expect(isQuiet({ ...EMPTY, machines: [{ id: "dev_1" }] } as unknown as Dashboard)).toBe(true);
  expect(isQuiet({ ...EMPTY, finished: { ...EMPTY.finished, tasks: [task("trun_1", "2026-01-01")] } })).toBe(false);
  expect(countNeeds({ ...EMPTY.needs, tasks: [task("trun_1", "2026-01-01")] })).toBe(1);
});

it("puts runs of both kinds in one order", () => {
  const workflows = [{ id: "wrun_1", createdAt: "2026-01-02T00:00:00Z", finishedAt: null } as NamedRun];
  const tasks = [task("trun_1", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"), task("trun_2", "2026-01-01T12:00:00Z")];
  expect(together({ tasks, workflows }).map(({ run }) => run.id)).toEqual(["trun_1", "wrun_1", "trun_2"]);
});
