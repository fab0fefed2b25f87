import { segment, type Http } from "./http.ts";
import type * as Types from "./types.ts";

type Signal = AbortSignal | undefined;

/** The first few of what has a name, for those who choose or jump by name. */
export function finding(http: Http) {
  return {
    /** The newest: tasks are not searched by words. */
    tasks: (limit: number, signal?: Signal) => http.json<Types.Page<Types.FoundTask>>("GET", "/tasks", { query: { limit }, signal }),
    task: (id: string, signal?: Signal) => http.json<Types.FoundTask>("GET", `/tasks/${segment(id)}`, { signal }),
    result: (id: string, signal?: Signal) => http.json<Types.FoundResult>("GET", `/artifacts/${segment(id)}`, { signal }),
    results: (query: { q?: string; limit: number }, signal?: Signal) =>
      http.json<Types.Page<Types.FoundResult>>("GET", "/artifacts", { query: { ...query }, signal }),
    systems: (query: { q?: string; limit: number }, signal?: Signal) =>
      http.json<Types.Page<Types.FoundSystem>>("GET", "/systems", { query: { ...query }, signal }),
    /** The user's runs that went to a machine are found among the newest. */
    taskRuns: (limit: number, signal?: Signal) => http.json<Types.Page<Types.FoundTaskRun>>("GET", "/task-runs", { query: { limit }, signal }),
  };
}
