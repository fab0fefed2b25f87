import type { JsonObject, SystemDetail } from "@openclaw/api";

import { isRecord, isSame } from "../../../shared/json.ts";

/** What a system's profile says, as the server keeps it: every field is there. */
export interface Profile {
  roles: Role[];
  memory: Bucket[];
  routing: { defaultRole: string | null; taskRoles: Record<string, string> };
  permissions: Permissions;
  provider: string | null;
  model: string | null;
  skills: string[];
  prompts: Prompt[];
  stages: Stage[];
  deliverables: Deliverable[];
  resultSchema: JsonObject;
  bindings: unknown[];
  automations: unknown[];
}

export interface Role {
  id: string;
  name: string;
  description: string;
  skills: string[];
  provider: string | null;
  model: string | null;
}

export const BUCKETS = ["user_profile", "project_memory", "system_rules", "tool_usage", "result_history", "brand_style", "channel_context", "custom"] as const;
export interface Bucket {
  kind: (typeof BUCKETS)[number];
  name: string | null;
  enabled: boolean;
  maxTokens: number | null;
}

export const PERMISSIONS = ["allowBash", "allowFileWrite", "allowNetwork", "allowBrowser"] as const;
export type Permission = (typeof PERMISSIONS)[number];
/** Null: as the workspace and the machine say. */
export type Permissions = Record<Permission, boolean | null>;

export interface Prompt {
  id: string;
  title: string;
  /** Null: for everybody. */
  role: string | null;
  text: string;
}

export interface Stage extends Prompt {
  byPerson: boolean;
}

export interface Deliverable {
  id: string;
  title: string;
}

/** What the editor changes of a system. */
export interface Draft {
  name: string;
  description: string;
  profile: Profile;
}

const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

/** A profile from JSON, with what is left out filled in. */
export function profileOf(raw: JsonObject): Profile {
  const routing = isRecord(raw["routing"]) ? raw["routing"] : {};
  const permissions = isRecord(raw["permissions"]) ? raw["permissions"] : {};
  const prompt = (one: JsonObject): Prompt => ({ id: text(one["id"]), title: text(one["title"]), role: textOrNull(one["role"]), text: text(one["text"]) });
  return {
    roles: list(raw["roles"]).map((one) => ({
      id: text(one["id"]),
      name: text(one["name"]),
      description: text(one["description"]),
      skills: texts(one["skills"]),
      provider: textOrNull(one["provider"]),
      model: textOrNull(one["model"]),
    })),
    memory: list(raw["memory"]).map((one) => ({
      kind: BUCKETS.find((kind) => kind === one["kind"]) ?? "custom",
      name: textOrNull(one["name"]),
      enabled: one["enabled"] === true,
      maxTokens: typeof one["maxTokens"] === "number" ? one["maxTokens"] : null,
    })),
    routing: {
      defaultRole: textOrNull(routing["defaultRole"]),
      taskRoles: isRecord(routing["taskRoles"]) ? (Object.fromEntries(Object.entries(routing["taskRoles"]).filter(([, role]) => typeof role === "string")) as Record<string, string>) : {},
    },
    permissions: Object.fromEntries(PERMISSIONS.map((name) => [name, typeof permissions[name] === "boolean" ? permissions[name] : null])) as Permissions,
    provider: textOrNull(raw["provider"]),
    model: textOrNull(raw["model"]),
    skills: texts(raw["skills"]),
    prompts: list(raw["prompts"]).map(prompt),
    stages: list(raw["stages"]).map((one) => ({ ...prompt(one), byPerson: one["byPerson"] === true })),
    deliverables: list(raw["deliverables"]).map((one) => ({ id: text(one["id"]), title: text(one["title"]) })),
    resultSchema: isRecord(raw["resultSchema"]) ? raw["resultSchema"] : {},
    bindings: Array.isArray(raw["bindings"]) ? raw["bindings"] : [],
    automations: Array.isArray(raw["automations"]) ? raw["automations"] : [],
  };
}

/** What the editor begins with; null for a system whose profile is on its machine. */
export function draftOf({ name, description, profile }: SystemDetail): Draft | null {
  return profile ? { name, description, profile: profileOf(profile) } : null;
}

/** An id of that kind that none of `taken` has. */
export function freshId(kind: string, taken: readonly { id: string }[]): string {
  const ids = new Set(taken.map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? kind : `${kind}_${number}`;
    if (!ids.has(id)) return id;
  }
}

/** Without a role, and without what names it: its prompts and stages are everybody's then. */
export function withoutRole(profile: Profile, id: string): Profile {
  const roles = profile.roles.filter((role) => role.id !== id);
  const freed = <Part extends Prompt>(part: Part): Part => (part.role === id ? { ...part, role: null } : part);
  const { defaultRole, taskRoles } = profile.routing;
  return {
    ...profile,
    roles,
    prompts: profile.prompts.map(freed),
    stages: profile.stages.map(freed),
    routing: {
      defaultRole: defaultRole === id ? (roles[0]?.id ?? null) : defaultRole,
      taskRoles: Object.fromEntries(Object.entries(taskRoles).filter(([, role]) => role !== id)),
    },
  };
}

export const FIELDS = ["name", "description", "roles", "prompts", "stages", "memory", "routing", "permissions", "provider", "model", "skills", "deliverables", "resultSchema", "bindings", "automations"] as const;
export type Field = (typeof FIELDS)[number];

function fieldOf(draft: Draft, field: Field): unknown {
  return field === "name" || field === "description" ? draft[field] : draft.profile[field];
}

/** The fields that differ, in the order of the page. */
export function changedFields(before: Draft, after: Draft): Field[] {
  return FIELDS.filter((field) => !isSame(fieldOf(before, field), fieldOf(after, field)));
}

export interface Rebased {
  /** Theirs, with mine on top. */
  draft: Draft;
  /** What they changed. */
  theirs: Field[];
  /** What both changed, and differently: mine stands in `draft`. */
  both: Field[];
}

/** My changes of `base` put on what others have made of it meanwhile. */
export function rebase(base: Draft, mine: Draft, theirs: Draft): Rebased {
  const changed = changedFields(base, mine);
  const draft: Draft = { ...theirs, profile: { ...theirs.profile } };
  for (const field of changed) {
    if (field === "name" || field === "description") draft[field] = mine[field];
    else Object.assign(draft.profile, { [field]: mine.profile[field] });
  }
  const others = changedFields(base, theirs);
  const both = others.filter((field) => changed.includes(field) && !isSame(fieldOf(mine, field), fieldOf(theirs, field)));
  return { draft, theirs: others, both };
}
