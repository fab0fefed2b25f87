import { isApiError, type ProfileProblem } from "@openclaw/api";

import { FIELDS, type Draft, type Field, type Profile } from "./profile.ts";

/** Something wrong, at a field of the editor: `roles.0.name`. */
export interface Placed {
  path: string;
  message: string;
}

/** What the server found wrong with a profile, when it refused it for that; else null. */
export function problemsOf(error: unknown): readonly ProfileProblem[] | null {
  if (!isApiError(error, "systems.invalid_profile") && !isApiError(error, "systems.invalid_intake")) return null;
  const { problems } = error.data;
  return Array.isArray(problems) ? (problems as ProfileProblem[]) : null;
}

/** The server's JSON paths as places of the editor: parts that it names by their ids have a number there. */
export function placed(problems: readonly ProfileProblem[], profile: Profile): Placed[] {
  return problems.map(({ path, message }) => ({ path: placeOf(path, profile), message }));
}

function placeOf(path: string, profile: Profile): string {
  const parts = path.replace(/^\$\.?/, "").replaceAll(/\[(\d+)\]/g, ".$1").split(".").filter(Boolean);
  const [field, id = "", ...rest] = parts;
  if ((field === "prompts" || field === "stages") && !/^\d+$/.test(id)) {
    const index = profile[field].findIndex((part) => part.id === id);
    if (index >= 0) return [field, index, ...rest].join(".");
  }
  return parts.join(".");
}

/** What cannot be right whatever the server says: something without a name. Said in our own words (null). */
export function missing({ name, profile }: Draft): string[] {
  const empty = (text: string) => text.trim() === "";
  return [
    ...(empty(name) ? ["name"] : []),
    ...profile.roles.flatMap((role, index) => (empty(role.name) ? [`roles.${index}.name`] : [])),
    ...(["prompts", "stages", "deliverables"] as const).flatMap((field) => profile[field].flatMap((part, index) => (empty(part.title) ? [`${field}.${index}.title`] : []))),
    ...profile.memory.flatMap((bucket, index) => (bucket.kind === "custom" && empty(bucket.name ?? "") ? [`memory.${index}.name`] : [])),
  ];
}

/** The field of the page that a place is in; null for what is wrong with the whole. */
export function fieldOfPlace(path: string): Field | null {
  return FIELDS.find((field) => path === field || path.startsWith(`${field}.`)) ?? null;
}
