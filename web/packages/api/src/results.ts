import { segment, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** What work has made: its versions, where the public sees it, and what was found out about it. */
export function results(http: Http) {
  const at = (id: string) => `/artifacts/${segment(id)}`;
  return {
    list: (query: Types.ResultFilter & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Result>>("GET", "/artifacts", { query: { ...query }, signal }),
    counts: (signal?: Signal) => http.json<Types.ResultCounts>("GET", "/artifact-counts", { signal }),
    get: (id: string, version?: number, signal?: Signal) => http.json<Types.ResultDetail>("GET", at(id), { query: { version }, signal }),
    upload: (file: Blob, query: { title: string; kind: Types.ResultKind; filename: string }) =>
      http.json<Types.Result>("POST", "/artifact-uploads", { body: file, query }),
    uploadVersion: (id: string, file: Blob, query: { filename: string; note: string }) =>
      http.json<Types.Result>("POST", `${at(id)}/version-uploads`, { body: file, query }),
    change: (id: string, body: Types.ResultChange) => http.json<Types.Result>("PATCH", at(id), { body }),
    /** For good, with all versions. */
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    /** `version` is the one that was looked at: no newer one is meant. */
    setStatus: (id: string, body: { status: Types.ResultStatus; version: number }) =>
      http.json<Types.Result>("POST", `${at(id)}/status`, { body }),
    versions: (id: string, signal?: Signal) => http.json<{ items: Types.ResultVersion[] }>("GET", `${at(id)}/versions`, { signal }),
    restore: (id: string, version: number) => http.json<Types.Result>("POST", `${at(id)}/restore`, { body: { version } }),
    compare: (id: string, before: number, after: number, signal?: Signal) =>
      http.json<Types.ResultDiff>("GET", `${at(id)}/diff`, { query: { before, after }, signal }),
    /** A file, the only one, or all of them as a ZIP archive; code of others may be in it. */
    content: (id: string, query: { version?: number; path?: string; thumbnail?: boolean }, signal?: Signal) =>
      http.blob(`${at(id)}/content`, { query, signal }),
    /** Where a browser shows it apart from everything else, for an hour. */
    view: (id: string, version: number, signal?: Signal) =>
      http.json<Types.ResultView>("GET", `${at(id)}/view`, { query: { version }, signal }),
    publish: (id: string, body: Types.PublishInput) => http.json<Types.Publication>("POST", `${at(id)}/publish`, { body }),
    unpublish: (id: string) => http.json<Types.Publication>("POST", `${at(id)}/unpublish`),
    rollBack: (id: string, release: number) => http.json<Types.Publication>("POST", `${at(id)}/rollback`, { body: { release } }),
  };
}
