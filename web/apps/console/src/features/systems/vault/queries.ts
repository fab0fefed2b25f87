import type { PlanRestoreInput, SaveSnapshotInput, CloneSystemInput, SystemBranchInput } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useTakeSystem } from "../queries.ts";

/** What was kept of a system, the newest first. */
export function useSnapshots(id: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queryKeys.snapshots(id),
    queryFn: ({ pageParam, signal }) => api.vaults.snapshots(id, { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

/** The lines besides the main one, the oldest first. */
export function useBranches(id: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.branches(id), queryFn: ({ signal }) => api.vaults.branches(id, signal), select: ({ items }) => items });
}

/** From one snapshot to another, or to now (null). */
export function useComparison(id: string, before: string, after: string | null) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.comparison(id, before, after), queryFn: ({ signal }) => api.vaults.compare(id, before, after, signal), enabled: before !== "" && before !== after, retry: false });
}

function useStaleVault(id: string): () => void {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: queryKeys.vaults });
    void queryClient.invalidateQueries({ queryKey: queryKeys.system(id) });
  };
}

export function useSaveSnapshot(id: string) {
  const api = useApi();
  const onSuccess = useStaleVault(id);
  return useMutation({ mutationFn: (body: SaveSnapshotInput) => api.vaults.save(id, body), onSuccess });
}

/** Asks the machine of a local-only system what it keeps. */
export function useRefreshVault(id: string) {
  const api = useApi();
  const onSuccess = useStaleVault(id);
  return useMutation({ mutationFn: () => api.vaults.refresh(id), onSuccess });
}

/** What a restore would change, with the token that confirms it: made anew for each look, never from the cache. */
export function useRestorePlan(id: string, target: PlanRestoreInput | null, attempt: number) {
  const api = useApi();
  return useQuery({
    queryKey: ["restore-plan", id, target, attempt],
    queryFn: () => api.vaults.planRestore(id, target ?? {}),
    enabled: target !== null,
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export function useRestore(id: string) {
  const api = useApi();
  const take = useTakeSystem();
  return useMutation({ mutationFn: (token: string) => api.vaults.restore(id, token), onSuccess: ({ system }) => take(system) });
}

export function useClone(id: string) {
  const api = useApi();
  const onSuccess = useTakeSystem();
  return useMutation({ mutationFn: (body: CloneSystemInput) => api.vaults.clone(id, body), onSuccess });
}

export function useCreateBranch(id: string) {
  const api = useApi();
  const onSuccess = useStaleVault(id);
  return useMutation({ mutationFn: (body: SystemBranchInput) => api.vaults.createBranch(id, body), onSuccess });
}
