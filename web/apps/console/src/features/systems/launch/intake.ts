import type { Device, JsonObject, SystemDetail, SystemTaskInput } from "@openclaw/api";

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

/** Where a launch works: as the system says, or with the tools of one machine. */
export const BY_SYSTEM = "system";

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

/** The task of a launch. A system's sync mode is the most that the server may keep; its own agent reads what it works on. */
export function taskOf(system: Pick<SystemDetail, "id" | "syncMode">, intake: JsonObject, wishes: Wishes): SystemTaskInput {
  const money = microsOf(wishes.limit);
  return {
    systemId: system.id,
    intake,
    approvalMode: wishes.approvalMode,
    ...(wishes.place !== BY_SYSTEM && system.syncMode !== "local_only" ? { target: { kind: "device" as const, deviceId: wishes.place } } : {}),
    ...(money ? { budget: { moneyMicros: money } } : {}),
  };
}

/** Why a launch would not get far, before it is tried. */
export type Obstacle = "archived" | "keeper_unknown" | "keeper_offline" | "machine_offline" | "not_remote" | null;

export function obstacleOf(system: Pick<SystemDetail, "status" | "syncMode" | "allowsRemoteLaunch" | "deviceId">, devices: readonly Device[], place: string): Obstacle {
  if (system.status === "archived") return "archived";
  const wanted = system.syncMode === "local_only" ? system.deviceId : place === BY_SYSTEM ? null : place;
  if (wanted === null) return null;
  const device = devices.find(({ id }) => id === wanted);
  if (!device) return system.syncMode === "local_only" ? "keeper_unknown" : null;
  if (!device.online) return system.syncMode === "local_only" ? "keeper_offline" : "machine_offline";
  return system.allowsRemoteLaunch ? null : "not_remote";
}
