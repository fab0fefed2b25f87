import type { ChangePluginInput, InstallPluginInput, LeastTier, PluginBlockInput, PluginSource, PluginVisibility, UpdatePluginInput } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useAccount } from "../identity/index.ts";
import { useWorkspaces } from "../workspaces/index.ts";

export interface Wanted {
  words: string;
  category: string | null;
  source: PluginSource | null;
}

/** Who may do what here: admins install, the workspace's owner lets a publisher change, the operator is over all of it. */
export function useRights(): { isAdmin: boolean; isOwner: boolean; isOperator: boolean; workspaceName: string } {
  const { current } = useWorkspaces();
  const { user } = useAccount();
  const isOwner = current.role === "owner";
  return { isAdmin: isOwner || current.role === "admin", isOwner, isOperator: user.role === "owner", workspaceName: current.name };
}

/** The marketplace: each plugin in its newest version, by name. */
export function usePackages({ words, category, source }: Wanted) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...queryKeys.plugins, "packages", words, category, source],
    queryFn: ({ pageParam, signal }) =>
      api.pluginPackages.list({ ...(words ? { q: words } : {}), ...(category ? { category } : {}), ...(source ? { source } : {}), cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

/** Every version of a name, the newest first. */
export function useVersions(name: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginVersions(name), queryFn: ({ signal }) => api.pluginPackages.list({ name }, signal), select: ({ items }) => items });
}

export function usePackage(id: string | null) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginPackage(id ?? ""), queryFn: ({ signal }) => api.pluginPackages.get(id ?? "", signal), enabled: id !== null });
}

export function useReadme(id: string, isThere: boolean) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginReadme(id), queryFn: ({ signal }) => api.pluginPackages.readme(id, signal), enabled: isThere, staleTime: Infinity });
}

/** What the workspace has installed, by name. */
export function useInstalled() {
  const api = useApi();
  return useQuery({ queryKey: [...queryKeys.plugins, "installed"], queryFn: ({ signal }) => api.plugins.list(signal), select: ({ items }) => items });
}

/** Kill switches that hold for the workspace. */
export function useBlocks() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginBlocks, queryFn: ({ signal }) => api.plugins.blocks(signal), select: ({ items }) => items });
}

export function useReviews(isOperator: boolean) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginReviews, queryFn: ({ signal }) => api.pluginPackages.reviews(signal), select: ({ items }) => items, enabled: isOperator });
}

export function usePluginSettings() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pluginSettings, queryFn: ({ signal }) => api.plugins.settings(signal) });
}

/** All of it hangs together: an installation shows in lists, a block on a plugin's page. */
function useStalePlugins(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: queryKeys.plugins });
}

export function useInstall() {
  const api = useApi();
  const onSuccess = useStalePlugins();
  // Secrets go with the dialog that asked for them.
  return useMutation({ mutationFn: (body: InstallPluginInput) => api.plugins.install(body), gcTime: 0, onSuccess });
}

export function useUpdate(pluginId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (body: UpdatePluginInput) => api.plugins.update(pluginId, body), onSuccess });
}

export function useChange(pluginId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (body: ChangePluginInput) => api.plugins.change(pluginId, body), gcTime: 0, onSuccess });
}

export function useUninstall(pluginId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: () => api.plugins.uninstall(pluginId), onSuccess });
}

export function usePublish() {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({
    mutationFn: ({ archive, visibility }: { archive: Blob; visibility: PluginVisibility }) => api.pluginPackages.publish(archive, visibility),
    onSuccess,
  });
}

export function useAcceptPublisher() {
  const api = useApi();
  return useMutation({ mutationFn: api.pluginPackages.acceptPublisher });
}

export function useYank(packageId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (body: { yanked: boolean; reason: string }) => api.pluginPackages.yank(packageId, body), onSuccess });
}

export function useDeprecate(packageId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (message: string | null) => api.pluginPackages.deprecate(packageId, { message }), onSuccess });
}

export function useReview(packageId: string) {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (body: { decision: "approve" | "reject"; note: string }) => api.pluginPackages.review(packageId, body), onSuccess });
}

export function useBlock() {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (body: PluginBlockInput) => api.plugins.block(body), onSuccess });
}

export function useUnblock() {
  const api = useApi();
  const onSuccess = useStalePlugins();
  return useMutation({ mutationFn: (id: string) => api.plugins.unblock(id), onSuccess });
}

export function usePutTier() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (leastTier: LeastTier) => api.plugins.putSettings({ leastTier }),
    onSuccess: (settings) => queryClient.setQueryData(queryKeys.pluginSettings, settings),
  });
}
