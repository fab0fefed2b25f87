import { segment, type Http } from "./http.ts";
import type * as Types from "./types.ts";

type Signal = AbortSignal | undefined;
interface Paging {
  cursor?: string | null | undefined;
  limit?: number;
}

/** Sent again with the same key, nothing is made twice. */
const keyed = (idempotencyKey: string) => ({ "idempotency-key": idempotencyKey });

/** What somebody wants done, and where it may be. */
export function tasks(http: Http) {
  const at = (id: string) => `/tasks/${segment(id)}`;
  return {
    list: (query: { state?: Types.TaskStanding; archived?: boolean } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Task>>("GET", "/tasks", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Task>("GET", at(id), { signal }),
    create: (body: Types.SaveTaskInput, idempotencyKey: string) => http.json<Types.Task>("POST", "/tasks", { body, headers: keyed(idempotencyKey) }),
    /** Refused when somebody has changed it since `version`. */
    save: (id: string, body: Types.SaveTaskInput, version: number) => http.json<Types.Task>("PUT", at(id), { body, headers: { "if-match": `"${version}"` } }),
    archive: (id: string) => http.json<void>("DELETE", at(id)),
    unarchive: (id: string) => http.json<void>("POST", `${at(id)}/unarchive`),
    launch: (id: string, idempotencyKey: string) => http.json<Types.TaskRun>("POST", `${at(id)}/runs`, { headers: keyed(idempotencyKey) }),
    /** The stages that a system works in. */
    stages: async (systemId: string, signal?: Signal) => {
      const { profile } = await http.json<{ profile: { stages?: Types.SystemStage[] } | null }>("GET", `/systems/${segment(systemId)}`, { signal });
      return profile?.stages ?? [];
    },
    /** The hosts of the workspace that tasks may be sent to. */
    hosts: (signal?: Signal) => http.json<Types.Page<Types.TaskHost>>("GET", "/hosts", { signal }),
  };
}

export function taskRuns(http: Http) {
  const at = (id: string) => `/task-runs/${segment(id)}`;
  return {
    list: (query: { task?: string; open?: boolean } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.TaskRun>>("GET", "/task-runs", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.TaskRun>("GET", at(id), { signal }),
    /** Its log after an entry. */
    events: (id: string, after: number, signal?: Signal) =>
      http.json<Types.TaskEvents>("GET", `${at(id)}/events`, { query: { after }, signal }),
    /** What it has saved. */
    results: async (id: string, signal?: Signal) => {
      const { items } = await http.json<Types.Page<Types.ResultCard>>("GET", "/artifacts", { query: { taskRunId: id }, signal });
      return items.filter(({ provenance }) => provenance["taskRunId"] === id);
    },
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
