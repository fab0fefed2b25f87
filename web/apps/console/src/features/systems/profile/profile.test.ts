import { ApiError } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { missing, placed, problemsOf } from "./problems.ts";
import { changedFields, freshId, profileOf, rebase, withoutRole, type Draft } from "./profile.ts";

const RAW = {
  roles: [
    { id: "planner", name: "Planner", description: "", skills: [], provider: null, model: null },
    { id: "writer", name: "Writer", description: "", skills: [], provider: null, model: null },
  ],
  memory: [{ kind: "user_profile", name: null, enabled: true, maxTokens: null }],
  routing: { defaultRole: "writer", taskRoles: { copy: "writer", plan: "planner" } },
  permissions: { allowBash: false },
  prompts: [{ id: "brief", title: "Brief", role: "writer", text: "{{ intake.task }}" }],
  stages: [{ id: "plan", title: "Plan", role: "planner", text: "Plan.", byPerson: true }],
  deliverables: [{ id: "page", title: "Page" }],
  resultSchema: { type: "object" },
  bindings: ["bind_1"],
};

function draft(change: Partial<Draft["profile"]> = {}, name = "Tea"): Draft {
  return { name, description: "", profile: { ...profileOf(RAW), ...change } };
}

it("reads a profile from JSON, and keeps what it has no fields for", () => {
  const profile = profileOf(RAW);
  expect(profile.permissions).toEqual({ allowBash: false, allowFileWrite: null, allowNetwork: null, allowBrowser: null });
  expect(profile.stages[0]).toEqual({ id: "plan", title: "Plan", role: "planner", text: "Plan.", byPerson: true });
  expect(profile.bindings).toEqual(["bind_1"]);
  expect(profileOf(profile as never)).toEqual(profile);
  expect(profileOf({ roles: "?", memory: [1, { kind: "new kind" }] }).memory).toEqual([{ kind: "custom", name: null, enabled: false, maxTokens: null }]);
});

it("takes a role away from everything that names it", () => {
  const left = withoutRole(profileOf(RAW), "writer");
  expect(left.roles.map(({ id }) => id)).toEqual(["planner"]);
  expect(left.prompts[0]?.role).toBeNull();
  expect(left.stages[0]?.role).toBe("planner");
  expect(left.routing).toEqual({ defaultRole: "planner", taskRoles: { plan: "planner" } });
});

it("finds ids that nothing has yet", () => {
  expect(freshId("role", [])).toBe("role");
  expect(freshId("role", [{ id: "role" }, { id: "role_2" }])).toBe("role_3");
});

describe("what others changed meanwhile", () => {
  const base = draft();

  it("stays beside what I changed", () => {
    const mine = draft({ skills: ["html"] });
    const theirs = draft({ model: "large" }, "Tea shop");
    const { draft: both, theirs: fields, both: clash } = rebase(base, mine, theirs);
    expect(both.name).toBe("Tea shop");
    expect(both.profile).toMatchObject({ skills: ["html"], model: "large" });
    expect(fields).toEqual(["name", "model"]);
    expect(clash).toEqual([]);
  });

  it("is named where it is what I changed, and mine stands", () => {
    const { draft: kept, both } = rebase(base, draft({ model: "small" }, "My tea"), draft({ model: "large" }, "My tea"));
    expect(both).toEqual(["model"]);
    expect(kept.profile.model).toBe("small");
    expect(changedFields(base, kept)).toEqual(["name", "model"]);
  });

  it("says nothing when it is only another version", () => {
    expect(rebase(base, draft({ model: "small" }), draft()).theirs).toEqual([]);
  });
});

describe("what is wrong", () => {
  it("is at its place: by number where the server says an id", () => {
    const problems = [
      { path: "$.prompts.brief.text", message: "a" },
      { path: "$.roles[1].name", message: "b" },
      { path: "$.stages.gone.text", message: "c" },
      { path: "$.resultSchema", message: "d" },
      { path: "$", message: "e" },
    ];
    expect(placed(problems, profileOf(RAW)).map(({ path }) => path)).toEqual(["prompts.0.text", "roles.1.name", "stages.gone.text", "resultSchema", ""]);
  });

  it("is what has no name, before the server is asked", () => {
    const { roles, deliverables } = profileOf(RAW);
    const unnamed = draft({ roles: [...roles, { ...roles[0], id: "role", name: " " } as never], deliverables: [...deliverables, { id: "deliverable", title: "" }], memory: [{ kind: "custom", name: null, enabled: true, maxTokens: null }] }, "");
    expect(missing(unnamed)).toEqual(["name", "roles.2.name", "deliverables.1.title", "memory.0.name"]);
    expect(missing(draft())).toEqual([]);
  });

  it("is read from a refusal of ours only", () => {
    const refusal = (code: string, data: Record<string, unknown>) => new ApiError({ title: "", status: 422, code, data });
    const problems = [{ path: "$.roles", message: "twice" }];
    expect(problemsOf(refusal("systems.invalid_profile", { problems }))).toEqual(problems);
    expect(problemsOf(refusal("systems.archived", { problems }))).toBeNull();
    expect(problemsOf(new Error("no"))).toBeNull();
  });
});
