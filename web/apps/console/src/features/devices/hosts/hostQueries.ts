import type { Host, HostChange, HostTokenInput } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";

/** That a heartbeat is late is no event, so hosts that are shown are looked at again. */
const LATE_MS = 30_000;
/** So many of the runs that went to a host are shown. */
const RUNS = 10;

/** The workspace's hosts, the newest first. */
export function useHosts() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...queryKeys.hosts, "list"],
    queryFn: ({ pageParam, signal }) => api.hosts.list({ cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(isThere)) ? LATE_MS : false),
  });
}

export function useHost(id: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.host(id ?? ""),
    queryFn: ({ signal }) => api.hosts.get(id as string, signal),
    enabled: id !== null,
    retry: false,
    refetchInterval: ({ state }) => (state.data && isThere(state.data) ? LATE_MS : false),
  });
}

function isThere({ status }: Host): boolean {
  return status === "healthy" || status === "degraded";
}

export function useUpdateHost(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: (change: HostChange) => api.hosts.update(id, change), onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.hosts }) });
}

export function useRotateHost(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.hosts.rotate(id),
    gcTime: 0, // the secret goes with the dialog that shows it
    onSuccess: () => Promise.all([queryKeys.hosts, queryKeys.hostTokens].map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
}

export function useRevokeHost(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: () => api.hosts.revoke(id), onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.hosts }) });
}

/** Enrolment tokens that nobody has used yet; of a token that was just made, whatever became of it. */
export function useHostTokens(isAdmin: boolean) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.hostTokens, queryFn: ({ signal }) => api.hosts.tokens(signal), select: ({ items }) => items, enabled: isAdmin });
}

export function useCreateHostToken() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: HostTokenInput) => api.hosts.createToken(body),
    gcTime: 0, // the secret goes with the dialog that shows it
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.hostTokens }),
  });
}

export function useRevokeHostToken() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: (id: string) => api.hosts.revokeToken(id), onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.hostTokens }) });
}

/** The user's own newest runs on a machine. */
export function useRunsOn(deviceId: string) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.found("runs-on", deviceId),
    queryFn: ({ signal }) => api.taskRuns.list({ device: deviceId, limit: RUNS }, signal),
    select: ({ items }) => items,
  });
}
