import { segment, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** The marketplace and the registries behind it. */
export function pluginPackages(http: Http) {
  const at = (id: string) => `/plugin-packages/${segment(id)}`;
  return {
    /** Each plugin in its newest version; with `name`, every version of that one. */
    list: (query: { q?: string; category?: string; source?: Types.PluginSource; name?: string } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.PluginPackage>>("GET", "/plugin-packages", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.PluginPackageDetail>("GET", at(id), { signal }),
    readme: (id: string, signal?: Signal) => http.json<{ text: string }>("GET", `${at(id)}/readme`, { signal }),
    archive: (id: string) => http.blob(`${at(id)}/archive`),
    publish: (archive: Blob, visibility: Types.PluginVisibility) =>
      http.json<Types.PluginPackageDetail>("POST", "/plugin-packages", { body: archive, query: { visibility } }),
    /** From now on the name's packages are signed with that key. */
    acceptPublisher: (body: { name: string; visibility: Types.PluginVisibility; key: string }) =>
      http.json<void>("POST", "/plugin-publishers/accept", { body }),
    yank: (id: string, body: { yanked: boolean; reason: string }) => http.json<Types.PluginPackageDetail>("POST", `${at(id)}/yank`, { body }),
    deprecate: (id: string, body: { message: string | null }) => http.json<Types.PluginPackageDetail>("POST", `${at(id)}/deprecate`, { body }),
    reviews: (signal?: Signal) => http.json<Types.Page<Types.PluginPackage>>("GET", "/plugin-reviews", { signal }),
    review: (id: string, body: { decision: "approve" | "reject"; note: string }) =>
      http.json<Types.PluginPackageDetail>("POST", `${at(id)}/review`, { body }),
  };
}

/** What a workspace has installed, and what it lets run. */
export function plugins(http: Http) {
  const at = (id: string) => `/plugins/${segment(id)}`;
  return {
    list: (signal?: Signal) => http.json<Types.Page<Types.Plugin>>("GET", "/plugins", { signal }),
    install: (body: Types.InstallPluginInput) => http.json<Types.Plugin>("POST", "/plugins", { body }),
    update: (id: string, body: Types.UpdatePluginInput) => http.json<Types.Plugin>("POST", `${at(id)}/update`, { body }),
    change: (id: string, body: Types.ChangePluginInput) => http.json<Types.Plugin>("PATCH", at(id), { body }),
    uninstall: (id: string) => http.json<void>("DELETE", at(id)),
    blocks: (signal?: Signal) => http.json<Types.Page<Types.PluginBlock>>("GET", "/plugin-blocks", { signal }),
    block: (body: Types.PluginBlockInput) => http.json<Types.PluginBlock>("POST", "/plugin-blocks", { body }),
    unblock: (id: string) => http.json<void>("DELETE", `/plugin-blocks/${segment(id)}`),
    settings: (signal?: Signal) => http.json<Types.PluginSettings>("GET", "/plugin-settings", { signal }),
    putSettings: (body: Types.PluginSettings) => http.json<Types.PluginSettings>("PUT", "/plugin-settings", { body }),
  };
}
