import type { Host, HostChange } from "@openclaw/api";

import { isSame } from "../../../shared/json.ts";

const LABEL = /^[a-z0-9][a-z0-9._-]{0,59}$/;
const MOST_LABELS = 20;
const MOST_SLOTS = 200;

/** Labels as they are typed, with commas or spaces between. */
export function labelsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、]+/).map((label) => label.trim().toLowerCase()).filter(Boolean))];
}

/** The first label that cannot be one; null when all can. */
export function wrongLabel(text: string): string | null {
  const labels = labelsOf(text);
  return labels.find((label) => !LABEL.test(label)) ?? labels[MOST_LABELS] ?? null;
}

/** Nothing, or how many runs fit on a host. */
export function isCapacity(text: string): boolean {
  const value = Number(text);
  return text.trim() === "" || (Number.isInteger(value) && value >= 1 && value <= MOST_SLOTS);
}

/** What operators say of a host, as it is typed: what is empty is left to the machine. */
export interface HostDraft {
  name: string;
  labels: string;
  capacity: string;
  region: string;
  provider: string;
}

export function draftOfHost({ name, labels, capacity, region, provider, capabilities }: Host): HostDraft {
  return {
    name,
    labels: labels?.join(", ") ?? "",
    capacity: capacity === null ? "" : String(capacity),
    // What the machine says of itself is shown beside the field, not in it.
    region: region === capabilities?.region ? "" : (region ?? ""),
    provider: provider === capabilities?.provider ? "" : (provider ?? ""),
  };
}

/** Only what is another than before. */
export function changeOf(host: Host, draft: HostDraft): HostChange {
  const before = draftOfHost(host);
  const labels = labelsOf(draft.labels);
  const change: HostChange = {};
  if (draft.name.trim() && draft.name.trim() !== host.name) change.name = draft.name.trim();
  if (!isSame(labels, labelsOf(before.labels))) change.labels = labels.length > 0 ? labels : null;
  if (draft.capacity.trim() !== before.capacity) change.capacity = draft.capacity.trim() ? Number(draft.capacity) : null;
  if (draft.region.trim() !== before.region) change.region = draft.region.trim() || null;
  if (draft.provider.trim() !== before.provider) change.provider = draft.provider.trim() || null;
  return change;
}
