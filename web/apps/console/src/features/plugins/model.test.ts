import type { Plugin, PluginBlock, PluginPackage, PluginPermissionChange } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { blockKind, blocksOf, firstShown, grantAfter, grantOf, inputsOf, secretsOf, shortKey, updateOf } from "./model.ts";

function version(number: string, more: Partial<PluginPackage> = {}): PluginPackage {
  return { id: `p-${number}`, name: "worker", version: number, source: "private", yanked: false, reviewState: "approved", publisherKey: "a".repeat(64), ...more } as PluginPackage;
}

const installed = (number: string, source = "private") => ({ packageId: `p-${number}`, version: number, name: "worker", source }) as Plugin;
const change = (name: string, kind: PluginPermissionChange["kind"], items: string[] = []): PluginPermissionChange => ({
  name,
  kind,
  items,
  words: "",
  needsConsent: kind === "added" || kind === "widened",
});

describe("what is granted", () => {
  it("has the form of a manifest", () => {
    const asked = [
      { name: "network", items: ["example.com"] },
      { name: "secrets", items: ["token"] },
      { name: "kv", items: [] },
    ];
    expect(grantOf(asked)).toEqual({ network: { hosts: ["example.com"] }, secrets: { names: ["token"] }, kv: {} });
    expect(secretsOf(asked)).toEqual(["token"]);
    expect(secretsOf([])).toEqual([]);
  });

  it("after an update is what it had and what is new, not what was refused before", () => {
    const granted = [{ name: "network", items: ["a.example"] }];
    const asked = [
      { name: "network", items: ["a.example", "b.example", "c.example"] },
      { name: "llm", items: [] },
      { name: "notify", items: [] },
    ];
    const changes = [change("network", "widened", ["c.example"]), change("notify", "added")];
    expect(grantAfter(granted, asked, changes)).toEqual({ network: { hosts: ["a.example", "c.example"] }, notify: {} });
  });

  it("after an update that asks for less is less", () => {
    const granted = [
      { name: "device", items: ["exec", "fs.read"] },
      { name: "kv", items: [] },
    ];
    expect(grantAfter(granted, [{ name: "device", items: ["fs.read"] }], [change("device", "narrowed", ["exec"]), change("kv", "removed")])).toEqual({ device: { tools: ["fs.read"] } });
  });

  it("keeps a host that a wildcard allowed, and no port that it did not", () => {
    const granted = [{ name: "network", items: ["*.example.com"] }];
    const asked = [{ name: "network", items: ["api.example.com", "api.example.com:8080", "example.org"] }];
    expect(grantAfter(granted, asked, [])).toEqual({ network: { hosts: ["api.example.com"] } });
    expect(grantAfter([{ name: "network", items: ["*"] }], asked, [])).toEqual({ network: { hosts: ["api.example.com", "example.org"] } });
    expect(grantAfter([{ name: "network", items: ["other.example"] }], asked, [])).toEqual({});
  });
});

describe("which version", () => {
  const versions = [version("2.0.0-rc.1"), version("1.2.0", { yanked: true }), version("1.1.0"), version("1.0.0")];

  it("is shown first: the installed one, else the newest that can be installed", () => {
    expect(firstShown(versions, installed("1.0.0"))?.version).toBe("1.0.0");
    expect(firstShown(versions.slice(1), null)?.version).toBe("1.1.0");
    expect(firstShown([version("1.0.0", { reviewState: "pending" })], null)?.version).toBe("1.0.0");
    expect(firstShown([], null)).toBeNull();
  });

  it("can be updated to: newer, of the same registry, no preview, not withdrawn", () => {
    expect(updateOf(versions, installed("1.0.0"))?.version).toBe("1.1.0");
    expect(updateOf(versions, installed("1.1.0"))).toBeNull();
    expect(updateOf([version("9.0.0", { source: "public" }), ...versions], installed("1.1.0"))).toBeNull();
    expect(updateOf(versions, null)).toBeNull();
  });
});

describe("kill switches", () => {
  const block = (more: Partial<PluginBlock>): PluginBlock => ({ id: "b", name: null, version: null, publisherKey: null, reason: "", everywhere: false, createdAt: "", ...more });

  it("hold for what fits all that they name", () => {
    const target = version("1.0.0");
    expect(blocksOf([block({ name: "worker" })], target)).toHaveLength(1);
    expect(blocksOf([block({ name: "worker", version: "1.0.1" })], target)).toHaveLength(0);
    expect(blocksOf([block({ publisherKey: "a".repeat(64) })], target)).toHaveLength(1);
    expect(blocksOf([block({ name: "painter", publisherKey: "a".repeat(64) })], target)).toHaveLength(0);
    expect(blocksOf([block({ name: "worker" }), block({ name: "worker", everywhere: true })], target)[0]?.everywhere).toBe(true);
  });

  it("are for a plugin, a version or a publisher", () => {
    expect(blockKind(block({ name: "worker" }))).toBe("plugin");
    expect(blockKind(block({ name: "worker", version: "1.0.0" }))).toBe("version");
    expect(blockKind(block({ publisherKey: "a" }))).toBe("publisher");
  });
});

describe("what an action takes", () => {
  it("is told one by one, the needed first", () => {
    const schema = {
      type: "object",
      properties: { note: { type: "string", description: "Said aloud." }, size: { enum: ["s", "m"] }, url: { type: ["string", "null"] }, odd: true },
      required: ["size"],
    };
    expect(inputsOf(schema).map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ["size", "s | m", true],
      ["note", "string", false],
      ["url", "string | null", false],
      ["odd", "any", false],
    ]);
    expect(inputsOf({})).toEqual([]);
  });
});

it("a key is shown by its ends", () => {
  expect(shortKey("0123456789abcdef".repeat(4))).toBe("01234567…89abcdef");
  expect(shortKey("unknown")).toBe("unknown");
});
