import { ApiError, type Device, type Host } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { ANY_HOST, BY_SYSTEM, chosenPlace, microsOf, needsMachine, NO_WISHES, obstacleOf, placesOf, refusedFields, schemaOf, sentOf, taskOf } from "./intake.ts";

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

  it("is on the host that is chosen, or on any", () => {
    expect(taskOf(system, {}, { ...NO_WISHES, place: "host:dev_9" }).target).toEqual({ kind: "host", deviceId: "dev_9" });
    expect(taskOf(system, {}, { ...NO_WISHES, place: ANY_HOST }).target).toEqual({ kind: "host" });
    expect(taskOf({ ...system, syncMode: "metadata" }, {}, { ...NO_WISHES, place: "pi:host:dev_9" }).target).toEqual({ kind: "host", deviceId: "dev_9", runtime: "pi", syncMode: "metadata" });
  });

  it("of a local-only system is on its own machine whatever was chosen before", () => {
    expect(taskOf({ ...system, syncMode: "local_only" }, {}, { ...NO_WISHES, place: "dev_2" })).not.toHaveProperty("target");
  });

  it("keeps no more than the system lets leave a machine", () => {
    expect(taskOf({ ...system, syncMode: "metadata" }, {}, { ...NO_WISHES, place: "pi:dev_1" }).target).toEqual({ kind: "device", deviceId: "dev_1", runtime: "pi", syncMode: "metadata" });
  });
});

const machine = (id: string, online: boolean, commands: string[] = []) => ({ id, online, commands }) as unknown as Device;
const host = (deviceId: string, status: Host["status"], commands: string[] = []) => ({ deviceId, status, commands, freeSlots: 2, slots: 5 }) as unknown as Host;
const FULL = { syncMode: "full" as const, allowsRemoteLaunch: true, deviceId: null };
const METADATA = { ...FULL, syncMode: "metadata" as const };

describe("the places", () => {
  const devices = [machine("dev_1", false, ["pi.run"]), machine("dev_2", true, ["pi.run"]), machine("dev_3", true)];
  const hosts = [host("dev_8", "healthy", ["pi.run"]), host("dev_9", "offline")];
  const values = (system: Parameters<typeof placesOf>[0]) => placesOf(system, devices, hosts).map(({ value }) => value);

  it("are all, runtimes only where no words are kept, and none where the system has its own", () => {
    expect(values(FULL)).toEqual([BY_SYSTEM, "dev_1", "dev_2", "dev_3", "host:dev_8", "host:dev_9", ANY_HOST, "pi:dev_1", "pi:dev_2", "pi:host:dev_8"]);
    expect(values(METADATA)).toEqual(["pi:dev_1", "pi:dev_2", "pi:host:dev_8"]);
    expect(values({ syncMode: "local_only", allowsRemoteLaunch: true })).toEqual([]);
  });

  it("are no hosts where the system does not allow a launch from elsewhere", () => {
    expect(values({ ...FULL, allowsRemoteLaunch: false })).toEqual([BY_SYSTEM, "dev_1", "dev_2", "dev_3", "pi:dev_1", "pi:dev_2"]);
    expect(values({ ...METADATA, allowsRemoteLaunch: false })).toEqual(["pi:dev_1", "pi:dev_2"]);
    expect(chosenPlace(placesOf({ ...FULL, allowsRemoteLaunch: false }, devices, hosts), "host:dev_8")).toBe(BY_SYSTEM);
  });

  it("begin with one that is there now", () => {
    expect(chosenPlace(placesOf(METADATA, devices, []), BY_SYSTEM)).toBe("pi:dev_2");
    expect(chosenPlace(placesOf(METADATA, devices, []), "pi:dev_1")).toBe("pi:dev_1");
    expect(chosenPlace(placesOf(FULL, devices, []), "gone")).toBe(BY_SYSTEM);
    expect(chosenPlace([], BY_SYSTEM)).toBe(BY_SYSTEM);
    expect(chosenPlace(placesOf(FULL, devices, [], true), BY_SYSTEM)).toBe("dev_2");
    expect(chosenPlace(placesOf(FULL, [], hosts, true), BY_SYSTEM)).toBe("host:dev_8");
    expect(chosenPlace(placesOf(FULL, [], [], true), BY_SYSTEM)).toBe(BY_SYSTEM);
  });
});

describe("what stands in the way", () => {
  const local = { ...FULL, syncMode: "local_only" as const, deviceId: "dev_1" };
  const at = (system: typeof FULL | typeof METADATA | typeof local, devices: Device[], place: string, isMachineNeeded = false, hosts: Host[] = []) => {
    const places = placesOf(system, devices, hosts, isMachineNeeded);
    return obstacleOf(system, devices, places, chosenPlace(places, place), isMachineNeeded);
  };

  it("is nothing on the server, and elsewhere a machine that is away", () => {
    expect(at(FULL, [], BY_SYSTEM)).toBeNull();
    expect(at(FULL, [machine("dev_1", true)], "dev_1")).toBeNull();
    expect(at(FULL, [], BY_SYSTEM, needsMachine({ properties: { folder: {} } }))).toBe("no_machine");
    expect(at(FULL, [machine("dev_1", false)], BY_SYSTEM, true)).toBe("machine_offline");
    expect(at(FULL, [machine("dev_1", false, ["pi.run"])], "pi:dev_1")).toBe("machine_offline");
    expect(at(FULL, [], "host:dev_9", false, [host("dev_9", "offline")])).toBe("machine_offline");
    expect(at(FULL, [], "host:dev_9", true, [host("dev_9", "degraded")])).toBeNull();
  });

  it("is for what keeps no words that no machine has a runtime", () => {
    expect(at(METADATA, [], BY_SYSTEM)).toBe("no_runtime");
    expect(at(METADATA, [machine("dev_1", true, ["pi.run"])], "pi:dev_1")).toBeNull();
    expect(at(METADATA, [], BY_SYSTEM, false, [host("dev_9", "healthy", ["pi.run"])])).toBeNull();
  });

  it("is for a local-only system its own machine", () => {
    expect(at(local, [machine("dev_1", true)], BY_SYSTEM)).toBeNull();
    expect(at(local, [machine("dev_1", false)], BY_SYSTEM)).toBe("keeper_offline");
    expect(at(local, [], BY_SYSTEM)).toBe("keeper_unknown");
  });
});
