import type { Plugin, PluginBlock, PluginPackage, PluginPermission, PluginPermissionChange, PluginSource } from "@openclaw/api";

/** Permissions in the form that manifests have. */
export type Granted = Record<string, Record<string, string[]>>;

type Named = Pick<PluginPermission, "name" | "items">;

/** The parameter of each permission that has one. */
const PARAMETER: Readonly<Record<string, string>> = { network: "hosts", device: "tools", secrets: "names" };

/** All that is asked for. */
export function grantOf(asked: readonly Named[]): Granted {
  return Object.fromEntries(asked.map(({ name, items }) => [name, fieldsOf(name, items)]));
}

function fieldsOf(name: string, items: readonly string[]): Record<string, string[]> {
  const parameter = PARAMETER[name];
  return parameter && items.length > 0 ? { [parameter]: [...items] } : {};
}

/**
 * What an updated plugin may do once somebody agreed to all that it asks for more: of what it asks for, what it had or
 * what is new. What was not granted before is not slipped in by an update.
 */
export function grantAfter(granted: readonly Named[], asked: readonly Named[], changes: readonly PluginPermissionChange[]): Granted {
  const had = new Map(granted.map(({ name, items }) => [name, items]));
  const agreed = changes.filter(({ needsConsent }) => needsConsent);
  const kept = asked.flatMap(({ name, items }): Named[] => {
    const before = had.get(name);
    const more = agreed.filter((change) => change.name === name);
    if (more.some(({ kind }) => kind === "added")) return [{ name, items }];
    if (!before) return [];
    const known = new Set([...before, ...more.flatMap((change) => change.items)]);
    const left = items.filter((item) => known.has(item) || isCovered(name, item, before));
    return items.length > 0 && left.length === 0 ? [] : [{ name, items: left }];
  });
  return grantOf(kept);
}

/** A host is allowed too by a wildcard; an entry without a port is for the ports of the web. As the server compares. */
function isCovered(name: string, item: string, by: readonly string[]): boolean {
  if (name !== "network") return false;
  const [host = "", port = ""] = item.split(":");
  const isWeb = port === "" || port === "80" || port === "443";
  return by.some((entry) => {
    const [pattern = "", itsPort] = entry.split(":");
    if (pattern === "*") return isWeb;
    const isPort = itsPort === undefined ? isWeb : itsPort === port;
    return isPort && (pattern === host || (pattern.startsWith("*.") && host.replace(/^\*/, "").endsWith(pattern.slice(1))));
  });
}

/** The secrets that a plugin reads. */
export function secretsOf(permissions: readonly Named[]): readonly string[] {
  return permissions.find(({ name }) => name === "secrets")?.items ?? [];
}

/** Whether a version can be installed now, as far as the registry says. */
export function isUsable({ yanked, reviewState }: Pick<PluginPackage, "yanked" | "reviewState">): boolean {
  return !yanked && reviewState === "approved";
}

/** The version that a plugin's page begins with: what is installed, else the newest that can be, else the newest. */
export function firstShown(versions: readonly PluginPackage[], installed: Plugin | null): PluginPackage | null {
  return versions.find(({ id }) => id === installed?.packageId) ?? versions.find(isUsable) ?? versions[0] ?? null;
}

/** The newest version that the installed plugin can go to; null when it is there already. `versions`: newest first. */
export function updateOf(versions: readonly PluginPackage[], installed: Plugin | null): PluginPackage | null {
  if (!installed) return null;
  const same = versions.filter(({ source }) => source === installed.source);
  const at = same.findIndex(({ version }) => version === installed.version);
  return same.slice(0, at < 0 ? same.length : at).find((each) => isUsable(each) && !each.version.includes("-")) ?? null;
}

/** Kill switches that hold for a version; those for everybody first, since the workspace cannot take them back. */
export function blocksOf(blocks: readonly PluginBlock[], { name, version, publisherKey }: Pick<PluginPackage, "name" | "version" | "publisherKey">): PluginBlock[] {
  return blocks
    .filter(
      (block) =>
        (block.name === null || block.name === name) &&
        (block.version === null || block.version === version) &&
        (block.publisherKey === null || block.publisherKey === publisherKey),
    )
    .sort((a, b) => Number(b.everywhere) - Number(a.everywhere));
}

export type BlockKind = "plugin" | "version" | "publisher";

/** What a kill switch is for. */
export function blockKind({ name, version }: Pick<PluginBlock, "name" | "version">): BlockKind {
  if (name === null) return "publisher";
  return version === null ? "plugin" : "version";
}

/** A publisher's key as people compare it: its first and last characters. */
export function shortKey(key: string): string {
  return key.length <= 20 ? key : `${key.slice(0, 8)}…${key.slice(-8)}`;
}

export interface Input {
  name: string;
  type: string;
  isRequired: boolean;
  description: string;
}

/** What an action takes, one a line, the needed ones first; empty for a schema without named properties. */
export function inputsOf(schema: Readonly<Record<string, unknown>>): Input[] {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null) return [];
  const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
  return Object.entries(properties as Record<string, unknown>)
    .map(([name, raw]) => {
      const property = (typeof raw === "object" && raw !== null ? raw : {}) as Record<string, unknown>;
      return { name, type: typeWords(property), isRequired: required.includes(name), description: typeof property["description"] === "string" ? property["description"] : "" };
    })
    .sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

function typeWords(schema: Record<string, unknown>): string {
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" | ");
  const { type } = schema;
  if (typeof type === "string") return type;
  return Array.isArray(type) ? type.join(" | ") : "any";
}

/** The registries. */
export const SOURCES: readonly PluginSource[] = ["builtin", "private", "public"];
