import type { Publication, ResultDetail } from "@openclaw/api";
import { expect, it } from "vitest";

import { bodyOf, isComplete, startOf } from "./PublishForm.tsx";

const NOW = new Date("2026-05-01T12:00:00Z").getTime();
const published = (change: Partial<Publication> = {}) =>
  ({ slug: "bread", target: "path", isLive: true, hasPassword: true, expiresAt: "2026-06-01T10:30:00Z", releases: [], ...change }) as unknown as Publication;
const result = (publication: Publication | null) => ({ title: "Fresh bread", version: 3, publication }) as ResultDetail;

it("begins with a name from the title, and goes on as it was", () => {
  expect(startOf(result(null), NOW)).toMatchObject({ target: "path", slug: "fresh-bread", guard: "none", day: "" });
  const again = startOf(result(published()), NOW);
  expect(again).toMatchObject({ slug: "bread", guard: "keep" });
  expect(bodyOf(result(published()), again)).toEqual({ version: 3, target: "path", slug: "bread", expiresAt: "2026-06-01T10:30:00.000Z", ignore: [] });
});

it("asks anew for an end that is over", () => {
  const over = result(published({ expiresAt: "2026-04-01T10:30:00Z" }));
  expect(bodyOf(over, startOf(over, NOW)).expiresAt).toBeNull();
});

it("says of a password what is to become of it, and nothing when it stays", () => {
  const was = result(published());
  const form = startOf(was, NOW);
  expect(bodyOf(was, { ...form, guard: "new", password: "open sesame" }).password).toBe("open sesame");
  expect(bodyOf(was, { ...form, guard: "none" }).password).toBe("");
  expect(bodyOf(result(null), startOf(result(null), NOW))).not.toHaveProperty("password");
});

it("sends a bucket neither password nor end", () => {
  const was = result(published({ isLive: false }));
  expect(bodyOf(was, { ...startOf(was, NOW), target: "bucket", guard: "new", password: "x" })).toMatchObject({ target: "bucket", password: "", expiresAt: null });
});

it("is complete with a name that can stand in an address, or none", () => {
  const form = startOf(result(null), NOW);
  expect([isComplete(form), isComplete({ ...form, slug: "" }), isComplete({ ...form, slug: "a b" }), isComplete({ ...form, guard: "new" })]).toEqual([true, true, false, false]);
});
