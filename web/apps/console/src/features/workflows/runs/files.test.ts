import { expect, it } from "vitest";

import { filesIn, kindOf } from "./files.ts";

const id = (letter: string) => `file_${letter.repeat(32)}`;
const file = (letter: string, fields: object = {}) => ({ $file: { id: id(letter), name: "a.svg", type: "image/svg+xml", bytes: 3, ...fields } });

it("finds files wherever they stand in an output, each once and in their order", () => {
  const output = { files: [file("a"), file("b")], nested: { again: file("a"), deep: [[file("c")]] }, text: "x" };
  expect(filesIn(output).map((one) => one.id)).toEqual([id("a"), id("b"), id("c")]);
  expect(filesIn(file("d"))).toEqual([{ id: id("d"), name: "a.svg", type: "image/svg+xml", bytes: 3 }]);
});

it("takes nothing for a file that the server does not write so", () => {
  const strange = [file("a", { id: "../../users/me" }), file("a", { bytes: "3" }), { ...file("a"), more: 1 }, { $file: id("a") }, { $file: null }];
  expect(filesIn(strange)).toEqual([]);
});

it("ends with values that are too many", () => {
  expect(filesIn(Array.from({ length: 200_000 }, () => [1]))).toEqual([]);
  expect(filesIn(Array.from({ length: 500 }, (_, number) => ({ $file: { id: `file_${String(number).padStart(32, "0")}`, name: "n", type: "t", bytes: 1 } })))).toHaveLength(100);
});

it("shows as a picture only what runs nothing, by the type alone", () => {
  const kind = (name: string, type: string) => kindOf({ id: "", name, type, bytes: 1 });
  expect(["png", "jpeg", "gif", "webp", "svg+xml"].map((type) => kind("a", `image/${type}`))).toEqual(Array(5).fill("picture"));
  expect(kind("a.png", "text/html")).toBe("text");
  expect(kind("a.svg", "application/octet-stream")).toBe("other");
  expect(kind("a.pdf", "application/pdf")).toBe("other");
  expect(kind("a.csv", "application/octet-stream")).toBe("table");
  expect(kind("a", "application/json")).toBe("text");
});
