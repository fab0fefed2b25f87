import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { drawable } from "../../canvas/definition.ts";
import { isSame } from "../../../../shared/json.ts";
import { randomDefinition, randomly } from "./random.fixture.ts";
import { rewrite } from "./rewrite.ts";
import { isFault, readYaml, writeYaml } from "./yaml.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../../../../../examples", import.meta.url));
const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml"));
const textOf = (name: string) => readFileSync(`${EXAMPLES}/${name}`, "utf8");
const dataOf = (text: string): unknown => {
  const read = readYaml(text);
  if (isFault(read)) throw new Error(`${read.message}\n${text}`);
  return read.data;
};

describe("text and canvas", () => {
  it("are the same definition whatever is in it, in both spellings", () => {
    randomly(60, (random) => {
      const definition = randomDefinition(random);
      for (const isFlow of [false, true]) {
        const text = writeYaml(definition, isFlow);
        expect(dataOf(text)).toEqual(definition);
        expect(rewrite(text, definition)).toBe(text);
      }
    });
  }, 30_000);

  it("stay one: any text rewritten for any other definition reads back as that", () => {
    randomly(60, (random) => {
      const [one, other] = [randomDefinition(random), randomDefinition(random)];
      expect(dataOf(rewrite(writeYaml(one, random() < 0.3), other))).toEqual(other);
    });
  }, 30_000);

  it.each(examples)("%s: comments and spelling stay when a step elsewhere changes", (name) => {
    const text = textOf(name);
    const definition = structuredClone(drawable(dataOf(text)));
    if (!definition) throw new Error("not drawn");
    const [first] = definition.steps;
    if (!first) throw new Error("no step");
    first.next_steps = [...(first.next_steps ?? []), "added"];
    definition.steps.push({ id: "added", type: "transform", config: { set: "x: y" } });
    const changed = rewrite(text, definition);
    expect(dataOf(changed)).toEqual(definition);
    expect(changed.split("\n")[0]).toBe(text.split("\n")[0]);
    const lost = text.split("\n").filter((line) => !changed.split("\n").includes(line));
    expect(lost.length).toBeLessThanOrEqual(1);
    delete first.next_steps;
    expect(dataOf(rewrite(changed, definition))).toEqual(definition);
  });

  it("takes out what is deleted with its lines and nothing else", () => {
    const text = "steps:\n  # one\n  - id: a # first\n    type: t\n  # two\n  - id: b\n    type: t\n\n  # three\n  - {id: c,   type: t}\nname: n   # end\n";
    const data = dataOf(text) as { steps: { id: string; type: string }[]; name: string };
    expect(rewrite(text, { ...data, steps: data.steps.filter(({ id }) => id !== "b") })).toBe("steps:\n  # one\n  - id: a # first\n    type: t\n  # two\n\n  # three\n  - {id: c,   type: t}\nname: n   # end\n");
    expect(rewrite(text, { ...data, name: "m" })).toBe(text.replace("name: n ", "name: m "));
    expect(rewrite(text, { ...data, steps: data.steps.map((step) => (step.id === "c" ? { ...step, type: "u" } : step)) })).toBe(text.replace("type: t}", "type: u}"));
  });

  it("says which line cannot be read, and refuses what JSON has not", () => {
    for (const [text, line] of [
      ["a: 1\nb: [\n", 3],
      ["a: &x 1\nb: 2\n", 1],
      ["a: 1\nb: !!python/object x\n", 2],
      ["a: 1\na: 2\n", 2],
      ["1: x\n", 1],
    ] as const) {
      const read = readYaml(text);
      expect(isFault(read) && read.line, text).toBe(line);
    }
    expect(dataOf("a: yes\nb: 0x10\nc: 2020-01-01\nd: ~\ne: True\n")).toEqual({ a: "yes", b: "0x10", c: "2020-01-01", d: null, e: "True" });
  });
});

it("tells data apart", () => {
  expect(isSame({ a: [1, { b: null }], c: undefined }, { a: [1, { b: null }] })).toBe(true);
  expect(isSame({ a: 1 }, { a: "1" })).toBe(false);
  expect(isSame([1], { 0: 1 })).toBe(false);
});
