import type { CreateSystemInput, SystemDetail, SystemFilter, UpdateSystemInput } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";

const next = (page: { nextCursor?: string | null }) => page.nextCursor ?? null;

/** What systems are made from, in the reader's language. They only change with the server. */
export function useTemplates() {
  const api = useApi();
  const { language } = useTranslator();
  return useQuery({
    queryKey: queryKeys.systemTemplates(language),
    queryFn: ({ signal }) => api.systems.templates(signal),
    select: ({ items }) => items,
    staleTime: Infinity,
  });
}

/** The systems that the user sees, the last changed first. */
export function useSystems(filter: SystemFilter, isWanted: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...queryKeys.systems, "list", filter],
    queryFn: ({ pageParam, signal }) => api.systems.list({ ...filter, cursor: pageParam, limit: 24 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: next,
    placeholderData: (before) => before,
    enabled: isWanted,
  });
}

/** Those that everybody on the server may read and copy. */
export function usePublicSystems(words: string, isWanted: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...queryKeys.publicSystems, words],
    queryFn: ({ pageParam, signal }) => api.systems.publicOnes({ ...(words ? { q: words } : {}), cursor: pageParam, limit: 24 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: next,
    placeholderData: (before) => before,
    enabled: isWanted,
  });
}

export function usePublicSystem(id: string) {
  const api = useApi();
  return useQuery({ queryKey: [...queryKeys.publicSystems, "one", id], queryFn: ({ signal }) => api.systems.openPublic(id, signal), retry: false });
}

/** What a link shows. Its secret is in no address that travels. */
export function useSharedSystem(token: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.sharedSystem(token), queryFn: () => api.systems.openShared(token), retry: false, gcTime: 0, enabled: token !== "" });
}

/** Puts what the server answered in its place, and reads again what it touches. */
export function useTakeSystem(): (system: SystemDetail) => void {
  const queryClient = useQueryClient();
  return (system) => {
    queryClient.setQueryData(queryKeys.system(system.id), system);
    void queryClient.invalidateQueries({ queryKey: queryKeys.systems });
    void queryClient.invalidateQueries({ queryKey: queryKeys.vaults });
  };
}

export function useCreateSystem() {
  const api = useApi();
  const onSuccess = useTakeSystem();
  return useMutation({ mutationFn: (body: CreateSystemInput) => api.systems.create(body), onSuccess });
}

export function useCopyPublic() {
  const api = useApi();
  const onSuccess = useTakeSystem();
  return useMutation({ mutationFn: (id: string) => api.systems.copyPublic(id, null), onSuccess });
}

/** With a version, only if nobody has changed it since. */
export function useUpdateSystem(id: string) {
  const api = useApi();
  const onSuccess = useTakeSystem();
  return useMutation({ mutationFn: ({ body, version }: { body: UpdateSystemInput; version?: number }) => api.systems.update(id, body, version), onSuccess });
}

export function useDeleteSystem(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.systems.remove(id),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: queryKeys.system(id) });
      void queryClient.invalidateQueries({ queryKey: [...queryKeys.systems, "list"] });
    },
  });
}

/** A link to read the system by. Its secret is for the page that asked, and goes with it. */
export function useShare(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: () => api.systems.share(id), gcTime: 0, onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.systems }) });
}

export function useUnshare(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: () => api.systems.unshare(id), onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.systems }) });
}

/** What a launch would tell the agent. */
export function usePlanLaunch(id: string) {
  const api = useApi();
  return useMutation({ mutationFn: (intake: Record<string, unknown>) => api.systems.planLaunch(id, intake) });
}

/** All that is wrong with a profile, as one writes. */
export function useProfileCheck(profile: object, isWanted: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: [...queryKeys.profileCheck, profile],
    queryFn: ({ signal }) => api.systems.checkProfile({ ...profile }, signal),
    select: ({ problems }) => problems,
    placeholderData: (before) => before,
    enabled: isWanted,
    gcTime: 0,
  });
}
