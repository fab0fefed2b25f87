import { ApiError, type Device } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { BY_SYSTEM, microsOf, NO_WISHES, obstacleOf, refusedFields, schemaOf, sentOf, taskOf } from "./intake.ts";

const INTAKE = {
  order: ["name", "pages", "style"],
  schema: {
    type: "object",
    required: ["name"],
    properties: {
      style: { type: "string", enum: ["clean", "bold"], default: "clean" },
      pages: { type: "array", minItems: 1, items: { type: "string" } },
      name: { type: "string" },
      later: { type: "string" },
      tags: { type: "array", items: { type: "string" } },
    },
  },
};

it("has the fields in the template's order, what it does not name last", () => {
  expect(Object.keys(schemaOf(INTAKE)["properties"] as object)).toEqual(["name", "pages", "style", "later", "tags"]);
  expect(schemaOf({ schema: null, order: null })).toEqual({ properties: {} });
});

it("sends what is filled in, so that the template's own word counts for the rest", () => {
  expect(sentOf(schemaOf(INTAKE), { name: "  Tea ", pages: [], style: "bold", later: "  ", tags: [] })).toEqual({ name: "Tea", style: "bold", tags: [] });
});

it("puts a refusal to the field that it is about, the first of each", () => {
  const error = new ApiError({
    title: "",
    status: 422,
    code: "systems.invalid_intake",
    data: { problems: [{ path: "$.pages[2]", message: "too long" }, { path: "$.pages", message: "too many" }, { path: "$.name", message: "missing" }] },
  });
  expect(refusedFields(error)).toEqual({ pages: "too long", name: "missing" });
  expect(refusedFields(new Error("offline"))).toBeNull();
});

it("reads amounts as they are typed", () => {
  expect(microsOf("")).toBeNull();
  expect(microsOf(" 1,50 ")).toBe(1_500_000);
  expect(microsOf("0")).toBeUndefined();
  expect(microsOf("much")).toBeUndefined();
});

describe("the task of a launch", () => {
  const system = { id: "sys_1", syncMode: "full" as const };

  it("follows the system unless a machine is chosen", () => {
    expect(taskOf(system, { name: "Tea" }, NO_WISHES)).toEqual({ systemId: "sys_1", intake: { name: "Tea" }, approvalMode: "ask" });
    expect(taskOf(system, {}, { place: "dev_1", approvalMode: "deny", limit: "2" })).toEqual({
      systemId: "sys_1",
      intake: {},
      approvalMode: "deny",
      target: { kind: "device", deviceId: "dev_1" },
      budget: { moneyMicros: 2_000_000 },
    });
  });

  it("of a local-only system is on its own machine whatever was chosen before", () => {
    expect(taskOf({ ...system, syncMode: "local_only" }, {}, { ...NO_WISHES, place: "dev_2" })).not.toHaveProperty("target");
  });
});

describe("what stands in the way", () => {
  const device = (online: boolean) => ({ id: "dev_1", online }) as Device;
  const system = { status: "active" as const, syncMode: "full" as const, allowsRemoteLaunch: false, deviceId: null };
  const local = { ...system, syncMode: "local_only" as const, deviceId: "dev_1", allowsRemoteLaunch: true };

  it("is nothing on the server, and a machine's absence or rules elsewhere", () => {
    expect(obstacleOf(system, [], BY_SYSTEM)).toBeNull();
    expect(obstacleOf(system, [device(true)], "dev_1")).toBe("not_remote");
    expect(obstacleOf({ ...system, allowsRemoteLaunch: true }, [device(true)], "dev_1")).toBeNull();
    expect(obstacleOf({ ...system, allowsRemoteLaunch: true }, [device(false)], "dev_1")).toBe("machine_offline");
    expect(obstacleOf({ ...system, status: "archived" }, [], BY_SYSTEM)).toBe("archived");
  });

  it("is for a local-only system its own machine", () => {
    expect(obstacleOf(local, [device(true)], BY_SYSTEM)).toBeNull();
    expect(obstacleOf(local, [device(false)], BY_SYSTEM)).toBe("keeper_offline");
    expect(obstacleOf(local, [], BY_SYSTEM)).toBe("keeper_unknown");
  });
});
