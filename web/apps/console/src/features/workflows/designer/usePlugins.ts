import type { Plugin, PluginAction, PluginPackage, PluginPackageDetail, PluginPermission } from "@openclaw/api";
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { framesOf, type Definition, type Step } from "../canvas/definition.ts";

/** A plugin that steps may name: installed, or one that comes with the server and runs without being installed. */
export interface KnownPlugin {
  name: string;
  title: string;
  description: string;
  isInstalled: boolean;
  /** An MCP server, whose tools its actions are. */
  isServer: boolean;
  /** Why it does not run: null when it does. */
  stopped: { by: "disabled" } | { by: "blocked"; reason: string } | null;
  /** What it asks for and does not have as it stands. */
  missing: readonly PluginPermission[];
  /** Null where they are not read yet. */
  actions: readonly PluginAction[] | null;
}

export interface PluginsView {
  state: "loading" | "failed" | "ready";
  known: ReadonlyMap<string, KnownPlugin>;
  /** One with its actions; null when there is none of that name. */
  read: (name: string) => Promise<KnownPlugin | null>;
}

export const NO_PLUGINS: PluginsView = { state: "ready", known: new Map(), read: () => Promise.resolve(null) };

/** The action that is meant when a step names none. */
export const DEFAULT_ACTION = "execute";
const MOST = 200;
const keys = {
  installed: [...queryKeys.plugins, "designer", "installed"],
  builtin: [...queryKeys.plugins, "designer", "builtin"],
  detail: (id: string) => [...queryKeys.plugins, "designer", "detail", id],
  offered: (name: string) => [...queryKeys.plugins, "designer", "offered", name],
};

/** What the plugin and agent steps of a definition may name. Nothing is asked while it has none. */
export function usePlugins(definition: Definition | null): PluginsView {
  const api = useApi();
  const queryClient = useQueryClient();
  const named = useMemo(() => pluginsOf(definition), [definition]);
  const isWanted = named !== null;
  const installed = useQuery({ queryKey: keys.installed, queryFn: ({ signal }) => api.plugins.list(signal), enabled: isWanted, retry: false });
  const builtin = useQuery({ queryKey: keys.builtin, queryFn: ({ signal }) => api.pluginPackages.list({ source: "builtin", limit: MOST }, signal), enabled: isWanted, staleTime: Infinity, retry: false });
  const own = installed.data?.items;
  const offered = builtin.data?.items;
  const detail = (id: string) => ({ queryKey: keys.detail(id), queryFn: () => api.pluginPackages.get(id), staleTime: Infinity, retry: false });
  const used = (own && offered ? offered : []).filter(({ name }) => named?.includes(name) && !own?.some((plugin) => plugin.name === name));
  const details = useQueries({
    queries: used.map(({ id }) => detail(id)),
    combine: (results) => results.flatMap(({ data }) => (data ? [data] : [])),
  });
  return useMemo(() => {
    const known = new Map<string, KnownPlugin>();
    for (const one of offered ?? []) known.set(one.name, ofPackage(one, details.find(({ id }) => id === one.id) ?? null));
    for (const one of own ?? []) known.set(one.name, ofPlugin(one));
    return {
      state: own && offered ? "ready" : installed.isError || builtin.isError ? "failed" : "loading",
      known,
      read: async (name) => {
        const found = known.get(name) ?? null;
        const one = offered?.find((each) => each.name === name);
        return found === null || found.actions !== null || !one ? found : ofPackage(one, await queryClient.fetchQuery(detail(one.id)));
      },
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [own, offered, details, installed.isError, builtin.isError, queryClient]);
}

/** What the marketplace has of a name that is not installed, the newest first. */
export function useOffered(name: string) {
  const api = useApi();
  return useQuery({ queryKey: keys.offered(name), queryFn: ({ signal }) => api.pluginPackages.list({ name }, signal), enabled: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name), retry: false });
}

function ofPlugin(plugin: Plugin): KnownPlugin {
  const { name, title, description, actions, source } = plugin;
  const granted = new Set(plugin.permissions.map((permission) => permission.name));
  return {
    name,
    title,
    description,
    isInstalled: true,
    isServer: source === "mcp",
    stopped: plugin.blocked !== null ? { by: "blocked", reason: plugin.blocked } : plugin.enabled ? null : { by: "disabled" },
    missing: plugin.asked.filter((permission) => !granted.has(permission.name)),
    actions,
  };
}

function ofPackage({ name, title, description, permissions }: PluginPackage, detail: PluginPackageDetail | null): KnownPlugin {
  return { name, title, description, isInstalled: false, isServer: false, stopped: null, missing: permissions, actions: detail?.actions ?? null };
}

/** The plugins that a definition's steps name, null when it has no step that could. */
function pluginsOf(definition: Definition | null): string[] | null {
  const steps = definition ? framesOf(definition).flatMap((frame) => frame.steps) : [];
  const own = steps.filter(({ type }) => type === "plugin" || type === "agent");
  return own.length === 0 ? null : own.flatMap(({ type, config }) => (type === "plugin" ? [String(config["plugin"])] : toolsOf(config).map((tool) => partsOf(tool).plugin)));
}

/** The tools that an agent step names: machines' tools, `plugin.action`, or `plugin` for all of its actions. */
export function toolsOf(config: Step["config"]): string[] {
  const tools = config["tools"];
  return Array.isArray(tools) ? tools.filter((tool) => typeof tool === "string") : [];
}

export function partsOf(tool: string): { plugin: string; action: string | null } {
  const [plugin = "", ...action] = tool.split(".");
  return { plugin, action: action.length === 0 ? null : action.join(".") };
}

export function actionOf(plugin: KnownPlugin | null | undefined, step: Step): PluginAction | null {
  const wanted = step.config["action"] ?? DEFAULT_ACTION;
  return plugin?.actions?.find(({ name }) => name === wanted) ?? null;
}
