import type { Publication, PublishCheck, Result, ResultAction, ResultDetail, ResultFile, ResultFilter, ResultKind, ResultStatus, ResultVersion } from "@openclaw/api";

import { addressOf } from "../../shared/addresses.tsx";
import { isRecord, without } from "../../shared/json.ts";

export const KINDS: readonly ResultKind[] = ["site", "document", "markdown", "code", "image", "table", "chart", "file_set"];
export const STATUSES: readonly ResultStatus[] = ["draft", "ready_for_review", "approved", "ready_to_publish", "published", "complete", "archived"];
/** The way of a result from a draft to its end; `archived` lies beside it. */
export const WAY: readonly ResultStatus[] = STATUSES.slice(0, -1);
export const FINISHED: readonly ResultStatus[] = ["approved", "ready_to_publish", "published", "complete"];
export const ABILITIES = ["export", "share", "publish", "continue"] as const;
/** What a list can be narrowed to by what made it: as the address calls it, and as a result does. */
export const MAKERS = { system: "systemId", branch: "branch", snapshot: "snapshotId", taskRun: "taskRunId", run: "runId", workflowRun: "workflowRunId", device: "deviceId" } as const;

export type Maker = keyof typeof MAKERS;
export type Ability = (typeof ABILITIES)[number];
/** A part of all results: a status, the finished ones, those that the public sees. */
export type Share = ResultStatus | "finished" | "live";

/** What the address of the results says. */
export interface Search extends Partial<Record<Maker, string>> {
  q?: string;
  show?: Share;
  kind?: ResultKind;
  tag?: string;
  can?: Ability;
  sort?: "best";
  view?: "list";
}

/** What of an address's query means something; anything may stand there. */
export function readSearch(search: Record<string, unknown>): Search {
  const text = (name: string) => {
    const value = search[name];
    const written = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    return typeof written === "string" && written !== "" ? written.slice(0, 200) : undefined;
  };
  const one = <Value extends string>(name: string, values: readonly Value[]) => values.find((value) => value === search[name]);
  const found = {
    q: text("q"),
    show: one("show", [...STATUSES, "finished", "live"] as const),
    kind: one("kind", KINDS),
    tag: text("tag")?.slice(0, 50),
    can: one("can", ABILITIES),
    sort: one("sort", ["best"] as const),
    view: one("view", ["list"] as const),
    ...Object.fromEntries(Object.keys(MAKERS).map((maker) => [maker, /^[\w.:-]{1,100}$/.test(text(maker) ?? "") ? text(maker) : undefined])),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Search;
}

/** What the server is asked for. */
export function filterOf({ show, system, taskRun, ...others }: Search): ResultFilter {
  const rest = { ...without(others, "view"), ...(system ? { systemId: system } : {}), ...(taskRun ? { taskRunId: taskRun } : {}) };
  if (show === undefined) return rest;
  if (show === "finished") return { ...rest, finished: true };
  return show === "live" ? { ...rest, live: true } : { ...rest, status: show };
}

/** Whether an address shows less than all there is. */
export function isNarrowed(search: Search): boolean {
  return Object.keys(without(without(search, "view"), "sort")).length > 0;
}

/** The step that a result is most likely to take next, of those that it can. */
export function nextStep({ status, statuses, actions }: Pick<Result, "status" | "statuses" | "actions">): ResultStatus | "publish" | null {
  if (status === "ready_to_publish") return actions.includes("publish") ? "publish" : null;
  const wanted: Partial<Record<ResultStatus, ResultStatus>> = {
    draft: "ready_for_review",
    ready_for_review: "approved",
    approved: "ready_to_publish",
    published: "complete",
    archived: "draft",
  };
  const next = wanted[status];
  return next && statuses.includes(next) ? next : null;
}

/** The statuses that lead an archived result back to where it was. What was published was taken back before. */
export function wayBack(before: ResultStatus): ResultStatus[] {
  if (before === "archived") return [];
  const way: ResultStatus[] = ["draft", "ready_for_review", "approved"];
  if (before === "complete") return [...way, "complete"];
  return [...way, "ready_to_publish" as const].slice(0, WAY.indexOf(before) + 1);
}

/** What a result came from, each with where it is to be seen; the nearest first. */
export interface Origin {
  kind: "system" | "task" | "workflowRun" | "conversation" | "device";
  id: string;
  to: string;
  hash?: string;
  /** Where the results centre shows all of the same origin. */
  maker: Maker | null;
}

export function originsOf(provenance: Record<string, string>): Origin[] {
  const { systemId, taskRunId, workflowRunId, conversationId, stepId, messageId, runId, deviceId } = provenance;
  const call = stepId ?? messageId;
  const seen = (kind: Origin["kind"], id: string | undefined, maker: Maker | null, page: Pick<Origin, "hash"> & { of?: string | undefined } = {}): Origin[] => {
    const { of = id, hash } = page;
    const to = of && (kind === "device" ? "/devices" : addressOf(of));
    return id && to ? [{ kind, id, to, ...(hash ? { hash } : {}), maker }] : [];
  };
  return [
    ...seen("system", systemId, "system"),
    ...seen("task", taskRunId, "taskRun"),
    ...seen("workflowRun", workflowRunId, "workflowRun"),
    ...seen("conversation", conversationId && (runId ?? conversationId), runId ? "run" : null, { of: conversationId, ...(call ? { hash: call } : {}) }),
    ...seen("device", deviceId, "device"),
  ];
}

/** How a file is looked at: a page apart from ours, a picture, or what our own views draw of its text. */
export type Look = "page" | "picture" | "markdown" | "table" | "text" | "none";

const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/svg+xml"]);
const TABLES: ReadonlySet<string> = new Set(["text/csv", "text/tab-separated-values"]);
const TEXTS = /^(?:text\/.+|application\/(?:json|manifest\+json|xml))$/;

export function lookOf({ type }: ResultFile): Look {
  if (type === "text/html") return "page";
  if (PICTURES.has(type)) return "picture";
  if (type === "text/markdown") return "markdown";
  if (TABLES.has(type)) return "table";
  return TEXTS.test(type) ? "text" : "none";
}

/** The file that a version is first seen by: its entry, else whatever can be looked at. */
export function firstFile({ entry, files }: Pick<ResultVersion, "entry" | "files">): ResultFile | null {
  return files.find(({ path }) => path === entry) ?? files.find((file) => lookOf(file) !== "none") ?? files[0] ?? null;
}

/** A page of several files is shown as it is; of code, its text is what counts. */
export function isShownWhole(kind: ResultKind, file: ResultFile): boolean {
  return kind !== "code" && lookOf(file) === "page";
}

const MAX_BYTES = 104_857_600;
const MAX_FILES = 1_000;

/** What is known before publishing of what will be checked: `open` where only the pipeline finds out. */
export interface Foreseen {
  name: PublishCheck["name"];
  state: "passed" | "failed" | "open";
  problems: string[];
}

export function foreseen({ kind, shown }: Pick<ResultDetail, "kind" | "shown">): Foreseen[] {
  const { entry, files, bytes, derived } = shown;
  const first = files.find(({ path }) => path === entry);
  const isPage = first !== undefined && (first.type === "text/html" || (kind !== "site" && files.length === 1));
  const isSmall = files.length <= MAX_FILES && bytes <= MAX_BYTES;
  const broken = brokenLinks(derived);
  return [
    { name: "entry", state: isPage ? "passed" : "failed", problems: [] },
    { name: "size", state: isSmall ? "passed" : "failed", problems: [] },
    { name: "secrets", state: "open", problems: [] },
    { name: "links", state: broken === null ? "open" : broken.length === 0 ? "passed" : "failed", problems: broken ?? [] },
  ];
}

/** Links of a version that lead nowhere; null before the worker has looked. */
export function brokenLinks(derived: ResultVersion["derived"]): string[] | null {
  const links = derived?.["links"];
  const broken = isRecord(links) ? links["broken"] : null;
  return Array.isArray(broken) ? broken.filter((link) => typeof link === "string") : null;
}

/** Whether checks alone that may be passed over kept a release from being shown. */
export function isOnlyLinks(checks: readonly PublishCheck[]): boolean {
  const failed = checks.filter(({ problems, isIgnored }) => problems.length > 0 && !isIgnored);
  return failed.length > 0 && failed.every(({ name }) => name === "links");
}

/** A name for the address of a site, from what the result is called; empty when nothing of it can stand there. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50).replace(/-+$/, "");
  return plain.length >= 3 ? plain : "";
}

export function isSlug(slug: string): boolean {
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(slug);
}

/** The release before the one that is shown, which a roll back would show again. */
export function releaseBefore({ release, releases }: Publication): number | null {
  return releases.find(({ number, state }) => state === "passed" && release !== null && number < release)?.number ?? null;
}

/** What an uploaded file is most likely kept as. */
export function kindOfFile(name: string): ResultKind {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const kinds: [ResultKind, string][] = [
    ["site", "zip html htm"],
    ["markdown", "md markdown"],
    ["document", "pdf docx pptx txt"],
    ["image", "png jpg jpeg gif webp avif bmp svg"],
    ["table", "csv tsv xlsx"],
    ["code", "js ts tsx jsx py go rs java c h cpp cs rb php sh sql css json yaml yml toml xml"],
  ];
  return kinds.find(([, endings]) => endings.split(" ").includes(ending))?.[0] ?? "file_set";
}

/** Whether something can be done with a result, as the server says. */
export function can(result: Pick<Result, "actions">, action: ResultAction): boolean {
  return result.actions.includes(action);
}
