import type { Device, Host, JsonObject, SaveTaskInput, SystemDetail } from "@openclaw/api";

import { isRecord } from "../../../shared/json.ts";
import { kindOf, propertiesOf, resolved, type JsonSchema } from "../../../shared/form/schema.ts";
import { problemsOf } from "../profile/problems.ts";

/** The form's schema with its fields in the template's order: what is needed comes first only where no order is said. */
export function schemaOf(intake: JsonObject): JsonSchema {
  const schema = isRecord(intake["schema"]) ? intake["schema"] : {};
  const order = Array.isArray(intake["order"]) ? intake["order"].map(String) : [];
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const properties = propertiesOf(schema).sort(([one], [other]) => place(one) - place(other));
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** What is sent: texts without space around them, nothing that is empty, so that the template's own word counts. */
export function sentOf(schema: JsonSchema, value: JsonObject): JsonObject {
  const entries = propertiesOf(schema).flatMap(([name, raw]): [string, unknown][] => {
    const held = value[name];
    const field = resolved(raw, schema);
    if (typeof held === "string") return held.trim() === "" ? [] : [[name, kindOf(field) === "choice" ? held : held.trim()]];
    if (held === undefined || (Array.isArray(held) && held.length === 0 && Number(field["minItems"] ?? 0) > 0)) return [];
    return [[name, held]];
  });
  return Object.fromEntries(entries);
}

/** What the server does not take of a form, by the field that it is in; null when it refused something else. */
export function refusedFields(error: unknown): Record<string, string> | null {
  const problems = problemsOf(error);
  if (!problems) return null;
  const found = problems.map(({ path, message }): [string, string] => [/^\$\.([^.[\]]+)/.exec(path)?.[1] ?? "", message]);
  return Object.fromEntries(found.reverse());
}

/** Where a launch works: as the system says, on whichever host has room, with the tools of a machine, or by its own runtime. */
export const BY_SYSTEM = "system";
export const ANY_HOST = "hosts";
const HOST = "host:";
const PI = "pi:";

export interface Wishes {
  place: string;
  approvalMode: "ask" | "deny";
  /** Dollars, as typed; empty for no limit of its own. */
  limit: string;
}

export const NO_WISHES: Wishes = { place: BY_SYSTEM, approvalMode: "ask", limit: "" };

/** Millionths of a dollar; null for none, undefined for what is no amount. */
export function microsOf(limit: string): number | null | undefined {
  const text = limit.trim().replace(",", ".");
  if (text === "") return null;
  const dollars = Number(text);
  return Number.isFinite(dollars) && dollars > 0 ? Math.round(dollars * 1_000_000) : undefined;
}

/** A machine that can be chosen: one of the person's own, or a host of the workspace. */
export interface Machine {
  key: string;
  name: string;
  isThere: boolean;
  hasRuntime: boolean;
  /** Of a host: so many of its places are free. */
  slots: { free: number; all: number } | null;
}

/** `machine` is null where no one machine is meant. */
export interface LaunchPlace {
  value: string;
  machine: Machine | null;
  isRuntime: boolean;
}

const offersRuntime = ({ commands }: { commands: readonly unknown[] }) => commands.includes("pi.run");

function machineOf(device: Device): Machine {
  return { key: device.id, name: device.name, isThere: device.online, hasRuntime: offersRuntime(device), slots: null };
}

function machineOfHost(host: Host): Machine {
  const isThere = host.status === "healthy" || host.status === "degraded";
  return { key: HOST + host.deviceId, name: host.name, isThere, hasRuntime: offersRuntime(host), slots: { free: host.freeSlots, all: host.slots } };
}

/**
 * The places that a system can work at: the server's agent reads all, so where no words are kept a machine's runtime works.
 * A launch on a host is one from elsewhere: the system has to allow it. What makes files is launched on one of the machines,
 * if there is any.
 */
export function placesOf({ syncMode, allowsRemoteLaunch }: Pick<SystemDetail, "syncMode" | "allowsRemoteLaunch">, devices: readonly Device[], hosts: readonly Host[], isMachineNeeded = false): LaunchPlace[] {
  if (syncMode === "local_only") return [];
  const away = allowsRemoteLaunch ? hosts.map(machineOfHost) : [];
  const machines = [...devices.map(machineOf), ...away];
  const runtimes = machines.filter(({ hasRuntime }) => hasRuntime).map((machine) => ({ value: PI + machine.key, machine, isRuntime: true }));
  if (syncMode === "metadata") return runtimes;
  const anywhere = isMachineNeeded && machines.length > 0 ? [] : [{ value: BY_SYSTEM, machine: null, isRuntime: false }];
  const anyHost = away.length > 1 ? [{ value: ANY_HOST, machine: null, isRuntime: false }] : [];
  return [...anywhere, ...machines.map((machine) => ({ value: machine.key, machine, isRuntime: false })), ...anyHost, ...runtimes];
}

/** The place that is chosen, or the first that is there: one that is online before one that is not. */
export function chosenPlace(places: readonly LaunchPlace[], wanted: string): string {
  const found = places.find(({ value }) => value === wanted) ?? places.find(({ machine }) => machine === null || machine.isThere) ?? places[0];
  return found?.value ?? BY_SYSTEM;
}

/** The task of a launch, at a place of `placesOf`. */
export function taskOf(system: Pick<SystemDetail, "id" | "syncMode">, intake: JsonObject, wishes: Wishes): SaveTaskInput {
  const money = microsOf(wishes.limit);
  const target = targetOf(system.syncMode, wishes.place);
  return { systemId: system.id, intake, approvalMode: wishes.approvalMode, ...(target ? { target } : {}), ...(money ? { budget: { moneyMicros: money } } : {}) };
}

function targetOf(syncMode: SystemDetail["syncMode"], place: string): SaveTaskInput["target"] | null {
  if (place === BY_SYSTEM || syncMode === "local_only") return null;
  if (place === ANY_HOST) return { kind: "host" };
  const isRuntime = place.startsWith(PI);
  const key = isRuntime ? place.slice(PI.length) : place;
  const machine = key.startsWith(HOST) ? { kind: "host" as const, deviceId: key.slice(HOST.length) } : { kind: "device" as const, deviceId: key };
  return isRuntime ? { ...machine, runtime: "pi", syncMode } : machine;
}

/** Why a launch would not get far, before it is tried. */
export type Obstacle = "keeper_unknown" | "keeper_offline" | "machine_offline" | "no_runtime" | "no_machine";

/** Whether the form asks where on a machine: without one there is nothing to work on. */
export function needsMachine(schema: JsonSchema): boolean {
  return propertiesOf(schema).some(([name]) => name === "folder");
}

/** What stands in the way at `place`, which is one of `places` if there are any. */
export function obstacleOf(system: Pick<SystemDetail, "syncMode" | "deviceId">, devices: readonly Device[], places: readonly LaunchPlace[], place: string, isMachineNeeded = false): Obstacle | null {
  if (system.syncMode === "local_only") {
    const keeper = devices.find(({ id }) => id === system.deviceId);
    return !keeper ? "keeper_unknown" : keeper.online ? null : "keeper_offline";
  }
  if (system.syncMode === "metadata" && places.length === 0) return "no_runtime";
  if (place === BY_SYSTEM) return isMachineNeeded ? "no_machine" : null;
  const machine = places.find(({ value }) => value === place)?.machine;
  return machine && !machine.isThere ? "machine_offline" : null;
}

/** Whether a launch is of no use before the obstacle is gone. */
export function isStopped(obstacle: Obstacle | null): boolean {
  return obstacle !== null && obstacle !== "machine_offline" && obstacle !== "no_machine";
}
