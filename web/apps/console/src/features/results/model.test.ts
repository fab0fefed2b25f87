import type { Publication, ResultDetail, ResultStatus, ResultVersion } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { brokenLinks, filterOf, firstFile, foreseen, isNarrowed, isOnlyLinks, isShownWhole, isSlug, kindOfFile, lookOf, nextStep, originsOf, readSearch, releaseBefore, slugOf, wayBack } from "./model.ts";

const file = (path: string, type: string, bytes = 10) => ({ path, type, bytes, digest: "0" });
const shown = (change: Partial<ResultVersion> = {}): ResultVersion => ({
  number: 1,
  note: "",
  entry: "index.html",
  bytes: 10,
  files: [file("index.html", "text/html")],
  syncMode: "full",
  provenance: {},
  derived: null,
  createdBy: "user_1",
  createdAt: "2026-01-01T00:00:00Z",
  ...change,
});

describe("the address", () => {
  it("says only what means something", () => {
    expect(readSearch({ q: "bread", show: "finished", kind: "site", tag: "a b", can: "publish", sort: "best", view: "list", system: "sys_1", device: "dev_1" })).toEqual({
      q: "bread", show: "finished", kind: "site", tag: "a b", can: "publish", sort: "best", view: "list", system: "sys_1", device: "dev_1",
    });
    expect(readSearch({ q: "", show: "gone", kind: ["site"], tag: {}, can: "delete", sort: "newest", view: "grid", system: "a b", run: "<x>", other: 1 })).toEqual({});
    expect(readSearch({ q: 2026 }), "a router reads digits as a number").toEqual({ q: "2026" });
    expect(readSearch({ tag: true })).toEqual({ tag: "true" });
  });

  it("becomes what the server is asked", () => {
    expect(filterOf({ show: "finished", view: "list", q: "a" })).toEqual({ q: "a", finished: true });
    expect(filterOf({ show: "live" })).toEqual({ live: true });
    expect(filterOf({ show: "archived", sort: "best", taskRun: "trun_1" })).toEqual({ status: "archived", sort: "best", taskRunId: "trun_1" });
    expect(filterOf({ system: "sys_1" }), "as the server calls it").toEqual({ systemId: "sys_1" });
  });

  it("narrows by anything but order and looks", () => {
    expect(isNarrowed({ view: "list", sort: "best" })).toBe(false);
    expect(isNarrowed({ tag: "a" })).toBe(true);
  });
});

describe("the way of a result", () => {
  it("offers what comes next, and nothing that it cannot become", () => {
    const next = (status: ResultStatus, statuses: ResultStatus[], actions: ResultDetail["actions"] = []) => nextStep({ status, statuses, actions });
    expect(next("draft", ["ready_for_review", "archived"])).toBe("ready_for_review");
    expect(next("ready_for_review", ["approved", "draft"])).toBe("approved");
    expect(next("ready_to_publish", ["approved"], ["publish"])).toBe("publish");
    expect(next("ready_to_publish", ["approved"])).toBeNull();
    expect(next("complete", ["ready_to_publish", "archived"])).toBeNull();
    expect(next("draft", []), "for a viewer").toBeNull();
  });

  it("leads an archived one back, by steps that the server has", () => {
    expect(wayBack("draft")).toEqual(["draft"]);
    expect(wayBack("approved")).toEqual(["draft", "ready_for_review", "approved"]);
    expect(wayBack("ready_to_publish")).toEqual(["draft", "ready_for_review", "approved", "ready_to_publish"]);
    expect(wayBack("complete")).toEqual(["draft", "ready_for_review", "approved", "complete"]);
    expect(wayBack("archived")).toEqual([]);
  });
});

it("leads to what made a result, the nearest first", () => {
  const origins = originsOf({ origin: "run", runId: "run_1", stepId: "step_1", conversationId: "conv_1", deviceId: "dev_1", systemId: "sys_1", taskRunId: "trun_1" });
  expect(origins.map(({ kind, to, hash, maker }) => [kind, to, hash, maker])).toEqual([
    ["system", "/systems/sys_1", undefined, "system"],
    ["task", "/task-runs/trun_1", undefined, "taskRun"],
    ["conversation", "/c/conv_1", "step_1", "run"],
    ["device", "/devices", undefined, "device"],
  ]);
  expect(originsOf({ origin: "upload" })).toEqual([]);
});

describe("a preview", () => {
  it("lets pages be pages, and draws the rest itself", () => {
    const look = (type: string) => lookOf(file("a", type));
    expect(["text/html", "image/svg+xml", "text/markdown", "text/csv", "application/json", "text/css"].map(look)).toEqual(["page", "picture", "markdown", "table", "text", "text"]);
    expect(["application/pdf", "application/zip", "video/mp4", "application/octet-stream"].map(look), "never in place").toEqual(Array(4).fill("none"));
  });

  it("begins with the entry, and of code shows the text", () => {
    const page = file("index.html", "text/html");
    expect(firstFile(shown({ entry: "b.md", files: [page, file("b.md", "text/markdown")] }))?.path).toBe("b.md");
    expect(firstFile(shown({ entry: "", files: [file("a.zip", "application/zip"), file("b.txt", "text/plain")] }))?.path).toBe("b.txt");
    expect(firstFile(shown({ entry: "", files: [] }))).toBeNull();
    expect([isShownWhole("site", page), isShownWhole("code", page)]).toEqual([true, false]);
  });
});

describe("publishing", () => {
  it("knows before what the checks will say, as far as it can be known", () => {
    const states = (kind: ResultDetail["kind"], change: Partial<ResultVersion>) => foreseen({ kind, shown: shown(change) }).map(({ state }) => state);
    expect(states("site", {})).toEqual(["passed", "passed", "open", "open"]);
    expect(states("site", { entry: "", derived: { links: { broken: ["index.html: a"], external: [] } } })).toEqual(["failed", "passed", "open", "failed"]);
    expect(states("image", { entry: "a.png", files: [file("a.png", "image/png")] })[0], "a single file is its own page").toBe("passed");
    expect(states("file_set", { entry: "a.txt", files: [file("a.txt", "text/plain"), file("b.txt", "text/plain")] })[0]).toBe("failed");
    expect(states("site", { bytes: 200 << 20, derived: { links: { broken: [] } } })).toEqual(["passed", "failed", "open", "passed"]);
    expect(brokenLinks({ links: { broken: ["a", 1] } })).toEqual(["a"]);
  });

  it("may pass over dead links alone", () => {
    const found = (name: "links" | "secrets", isIgnored = false) => ({ name, problems: ["x"], isIgnored });
    expect(isOnlyLinks([found("links")])).toBe(true);
    expect(isOnlyLinks([found("links"), found("secrets")])).toBe(false);
    expect(isOnlyLinks([found("links", true)])).toBe(false);
  });

  it("goes back to the release that was passed before", () => {
    const release = (number: number, state: "passed" | "refused") => ({ number, state });
    const of = (at: number | null) => releaseBefore({ release: at, releases: [release(4, "refused"), release(3, "passed"), release(2, "refused"), release(1, "passed")] } as Publication);
    expect([of(3), of(1), of(null)]).toEqual([1, null, null]);
  });

  it("makes names of addresses from titles", () => {
    expect(slugOf("  Frische Brötchen & Mehr! ")).toBe("frische-brotchen-mehr");
    expect([slugOf("面包店"), slugOf("ab")]).toEqual(["", ""]);
    expect([isSlug("fresh-bread"), isSlug("-a-"), isSlug("ab"), isSlug("A-b-c")]).toEqual([true, false, false, false]);
  });
});

it("guesses what an uploaded file is kept as", () => {
  expect(["a.zip", "b.CSV", "c.md", "d.pdf", "e.svg", "f.py", "g", "h.mp4"].map(kindOfFile)).toEqual(["site", "table", "markdown", "document", "image", "code", "file_set", "file_set"]);
});
