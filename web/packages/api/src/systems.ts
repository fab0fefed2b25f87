import { segment, unchangedSince, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** Systems, what they are made from, and who sees them. */
export function systems(http: Http) {
  const at = (id: string) => `/systems/${segment(id)}`;
  return {
    templates: (signal?: Signal) => http.json<Types.Page<Types.SystemTemplate>>("GET", "/system-templates", { signal }),
    profileSchema: (signal?: Signal) => http.json<Types.JsonObject>("GET", "/system-profile-schema", { signal }),
    checkProfile: (profile: Types.JsonObject, signal?: Signal) =>
      http.json<Types.CheckedProfile>("POST", "/system-profile-schema/check", { body: { profile }, signal }),
    list: (query: Types.SystemFilter & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.System>>("GET", "/systems", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.SystemDetail>("GET", at(id), { signal }),
    create: (body: Types.CreateSystemInput) => http.json<Types.SystemDetail>("POST", "/systems", { body }),
    /** With a version, only if nobody has changed it since. */
    update: (id: string, body: Types.UpdateSystemInput, version?: number) =>
      http.json<Types.SystemDetail>("PATCH", at(id), { body, ...(version === undefined ? {} : { headers: unchangedSince(version) }) }),
    /** For good, with its vault. Only what is archived. */
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    /** What a launch would tell the agent; nothing is launched. */
    planLaunch: (id: string, intake: Types.JsonObject) => http.json<Types.SystemLaunch>("POST", `${at(id)}/launch-plan`, { body: { intake } }),
    /** A new link; its secret is told once. */
    share: (id: string) => http.json<{ token: string }>("POST", `${at(id)}/share`),
    unshare: (id: string) => http.json<void>("DELETE", `${at(id)}/share`),
    openShared: (token: string) => http.json<Types.SharedSystem>("POST", "/shared-system", { body: { token }, renew: false }),
    publicOnes: (query: { q?: string } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.PublicSystem>>("GET", "/public-systems", { query: { ...query }, signal }),
    openPublic: (systemId: string, signal?: Signal) =>
      http.json<Types.SharedSystem>("POST", "/public-systems/open", { body: { systemId }, signal }),
    copyPublic: (systemId: string, name: string | null) => http.json<Types.SystemDetail>("POST", "/public-systems/copy", { body: { systemId, name } }),
  };
}

/** What a system was, and the ways back to it. */
export function vaults(http: Http) {
  const at = (id: string) => `/systems/${segment(id)}`;
  return {
    snapshots: (id: string, paging: Paging, signal?: Signal) =>
      http.json<Types.Page<Types.SystemSnapshot>>("GET", `${at(id)}/snapshots`, { query: { ...paging }, signal }),
    save: (id: string, body: Types.SaveSnapshotInput) => http.json<Types.SystemSnapshot>("POST", `${at(id)}/snapshots`, { body }),
    /** Asks the machine of a local-only system what it keeps. */
    refresh: (id: string) => http.json<void>("POST", `${at(id)}/snapshots/refresh`),
    compare: (id: string, before: string, after: string | null, signal?: Signal) =>
      http.json<Types.SystemComparison>("POST", `${at(id)}/snapshots/compare`, { body: { before, after }, signal }),
    planRestore: (id: string, body: Types.PlanRestoreInput) => http.json<Types.RestorePlan>("POST", `${at(id)}/restore-plan`, { body }),
    restore: (id: string, token: string) => http.json<Types.RestoredSystem>("POST", `${at(id)}/restore`, { body: { token } }),
    clone: (id: string, body: Types.CloneSystemInput) => http.json<Types.SystemDetail>("POST", `${at(id)}/clone`, { body }),
    branches: (id: string, signal?: Signal) => http.json<Types.Page<Types.SystemBranch>>("GET", `${at(id)}/branches`, { signal }),
    createBranch: (id: string, body: Types.SystemBranchInput) => http.json<Types.SystemBranch>("POST", `${at(id)}/branches`, { body }),
  };
}
