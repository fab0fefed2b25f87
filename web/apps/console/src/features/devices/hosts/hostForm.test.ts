import type { Host } from "@openclaw/api";
import { expect, it } from "vitest";

import { changeOf, draftOfHost, isCapacity, labelsOf, wrongLabel } from "./hostForm.ts";

const HOST = {
  name: "rack-1",
  labels: ["gpu"],
  capacity: null,
  region: "eu-1",
  provider: null,
  capabilities: { region: "eu-1", provider: null },
} as Host;

it("reads labels with anything between them, each once", () => {
  expect(labelsOf(" GPU, eu-1  gpu，big ")).toEqual(["gpu", "eu-1", "big"]);
  expect(labelsOf("")).toEqual([]);
});

it.each(["a:b", "-a", "ä", "a/b", "x".repeat(61)])("does not take %s for a label", (label) => expect(wrongLabel(`gpu, ${label}`)).toBe(label));

it("takes twenty labels, and no more", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `l${index}`).join(" ");
  expect(wrongLabel(many(20))).toBeNull();
  expect(wrongLabel(many(21))).toBe("l20");
});

it.each([
  ["", true],
  ["1", true],
  ["0", false],
  ["201", false],
  ["1.5", false],
  ["many", false],
])("reads %j as room: %s", (text, isRight) => expect(isCapacity(text)).toBe(isRight));

it("changes only what is another than before, and leaves what is emptied to the machine", () => {
  expect(changeOf(HOST, draftOfHost(HOST))).toEqual({});
  expect(draftOfHost(HOST).region).toBe("");
  expect(changeOf(HOST, { ...draftOfHost(HOST), labels: "", capacity: "3", region: "us-2" })).toEqual({ labels: null, capacity: 3, region: "us-2" });
  expect(changeOf(HOST, { ...draftOfHost(HOST), name: "  " })).toEqual({});
});
