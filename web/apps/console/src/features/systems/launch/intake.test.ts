import { ApiError, type Device } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { BY_SYSTEM, chosenPlace, microsOf, needsMachine, NO_WISHES, obstacleOf, placesOf, refusedFields, schemaOf, sentOf, taskOf } from "./intake.ts";

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

  it("keeps no more than the system lets leave a machine", () => {
    expect(taskOf({ ...system, syncMode: "metadata" }, {}, { ...NO_WISHES, place: "pi:dev_1" }).target).toEqual({ kind: "device", deviceId: "dev_1", runtime: "pi", syncMode: "metadata" });
  });
});

const machine = (id: string, online: boolean, commands: string[] = []) => ({ id, online, commands }) as unknown as Device;

describe("the places", () => {
  const devices = [machine("dev_1", false, ["pi.run"]), machine("dev_2", true, ["pi.run"]), machine("dev_3", true)];
  const values = (syncMode: "full" | "metadata" | "local_only") => placesOf({ syncMode }, devices).map(({ value }) => value);

  it("are all, runtimes only where no words are kept, and none where the system has its own", () => {
    expect(values("full")).toEqual([BY_SYSTEM, "dev_1", "dev_2", "dev_3", "pi:dev_1", "pi:dev_2"]);
    expect(values("metadata")).toEqual(["pi:dev_1", "pi:dev_2"]);
    expect(values("local_only")).toEqual([]);
  });

  it("begin with one that is there now", () => {
    expect(chosenPlace(placesOf({ syncMode: "metadata" }, devices), BY_SYSTEM)).toBe("pi:dev_2");
    expect(chosenPlace(placesOf({ syncMode: "metadata" }, devices), "pi:dev_1")).toBe("pi:dev_1");
    expect(chosenPlace(placesOf({ syncMode: "full" }, devices), "gone")).toBe(BY_SYSTEM);
    expect(chosenPlace([], BY_SYSTEM)).toBe(BY_SYSTEM);
    expect(chosenPlace(placesOf({ syncMode: "full" }, devices, true), BY_SYSTEM)).toBe("dev_2");
    expect(chosenPlace(placesOf({ syncMode: "full" }, [], true), BY_SYSTEM)).toBe(BY_SYSTEM);
  });
});

describe("what stands in the way", () => {
  const system = { syncMode: "full" as const, deviceId: null };
  const local = { ...system, syncMode: "local_only" as const, deviceId: "dev_1" };

  it("is nothing on the server, and elsewhere a machine that is away", () => {
    expect(obstacleOf(system, [], BY_SYSTEM)).toBeNull();
    expect(obstacleOf(system, [machine("dev_1", true)], "dev_1")).toBeNull();
    expect(obstacleOf(system, [], BY_SYSTEM, needsMachine({ properties: { folder: {} } }))).toBe("no_machine");
    expect(obstacleOf(system, [machine("dev_1", false)], BY_SYSTEM, true)).toBeNull();
    expect(obstacleOf(system, [machine("dev_1", false)], "pi:dev_1")).toBe("machine_offline");
  });

  it("is for what keeps no words that no machine has a runtime", () => {
    expect(obstacleOf({ ...system, syncMode: "metadata" }, [], BY_SYSTEM)).toBe("no_runtime");
    expect(obstacleOf({ ...system, syncMode: "metadata" }, [machine("dev_1", true)], "pi:dev_1")).toBeNull();
  });

  it("is for a local-only system its own machine", () => {
    expect(obstacleOf(local, [machine("dev_1", true)], BY_SYSTEM)).toBeNull();
    expect(obstacleOf(local, [machine("dev_1", false)], BY_SYSTEM)).toBe("keeper_offline");
    expect(obstacleOf(local, [], BY_SYSTEM)).toBe("keeper_unknown");
  });
});
