import { keyed, segment, unchangedSince, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** What somebody wants done, and where it may be. */
export function tasks(http: Http) {
  const at = (id: string) => `/tasks/${segment(id)}`;
  return {
    list: (query: Types.TaskFilter & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Task>>("GET", "/tasks", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Task>("GET", at(id), { signal }),
    create: (body: Types.SaveTaskInput, idempotencyKey: string) => http.json<Types.Task>("POST", "/tasks", { body, headers: keyed(idempotencyKey) }),
    /** Refused when somebody has changed it since `version`. */
    save: (id: string, body: Types.SaveTaskInput, version: number) => http.json<Types.Task>("PUT", at(id), { body, headers: unchangedSince(version) }),
    archive: (id: string) => http.json<void>("DELETE", at(id)),
    unarchive: (id: string) => http.json<void>("POST", `${at(id)}/unarchive`),
    launch: (id: string, idempotencyKey: string) => http.json<Types.TaskRun>("POST", `${at(id)}/runs`, { headers: keyed(idempotencyKey) }),
  };
}

export function taskRuns(http: Http) {
  const at = (id: string) => `/task-runs/${segment(id)}`;
  return {
    list: (query: Types.TaskRunFilter & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.TaskRun>>("GET", "/task-runs", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.TaskRun>("GET", at(id), { signal }),
    /** Its log after an entry. */
    events: (id: string, after: number, signal?: Signal) =>
      http.json<Types.TaskEvents>("GET", `${at(id)}/events`, { query: { after }, signal }),
    cancel: (id: string) => http.json<Types.TaskRun>("POST", `${at(id)}/cancel`),
    pause: (id: string) => http.json<Types.TaskRun>("POST", `${at(id)}/pause`),
    resume: (id: string) => http.json<Types.TaskRun>("POST", `${at(id)}/resume`),
    retry: (id: string, idempotencyKey: string) => http.json<Types.TaskRun>("POST", `${at(id)}/retry`, { headers: keyed(idempotencyKey) }),
    followUp: (id: string, text: string, idempotencyKey: string) =>
      http.json<Types.TaskRun>("POST", `${at(id)}/follow-up`, { body: { text }, headers: keyed(idempotencyKey) }),
    handOver: (id: string, body: Types.HandOverInput) => http.json<Types.TaskRun>("POST", `${at(id)}/hand-over`, { body }),
  };
}

/** All that the first page shows, in one answer. */
export function dashboard(http: Http) {
  return {
    get: (timeZone: string, signal?: Signal) => http.json<Types.Dashboard>("GET", "/dashboard", { query: { timeZone }, signal }),
  };
}
