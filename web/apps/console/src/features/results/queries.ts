import type { PublishInput, Result, ResultChange, ResultKind, ResultStatus } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useFollowLists } from "../../shared/useFollowLists.ts";
import { filterOf, wayBack, type Search } from "./model.ts";

const PAGE = 48;
/** Addresses of previews last an hour. */
const VIEW_MS = 50 * 60_000;

/** Everything that shows results follows what happens to them; with an id, to that one. */
export function useResultEvents(id: string | null = null): void {
  const isMine = useCallback((payload: unknown) => id === null || (payload as { artifactId?: unknown } | null)?.artifactId === id, [id]);
  useFollowLists(["artifact.changed"], [queryKeys.results], isMine);
}

export function useResults(search: Search) {
  const api = useApi();
  const filter = filterOf(search);
  return useInfiniteQuery({
    queryKey: [...queryKeys.results, "list", filter],
    queryFn: ({ pageParam, signal }) => api.results.list({ ...filter, cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

export function useResultCounts() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.resultCounts, queryFn: ({ signal }) => api.results.counts(signal) });
}

export function useResult(id: string, version: number | null = null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.result(id, version),
    queryFn: ({ signal }) => api.results.get(id, version ?? undefined, signal),
    placeholderData: (before) => (before?.id === id ? before : undefined),
    retry: false,
  });
}

export function useResultVersions(id: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.resultVersions(id), queryFn: ({ signal }) => api.results.versions(id, signal), select: ({ items }) => items });
}

export function useResultDiff(id: string, before: number, after: number) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.resultDiff(id, before, after),
    queryFn: ({ signal }) => api.results.compare(id, before, after, signal),
    staleTime: Infinity,
    retry: false,
  });
}

/** The address of a preview. A frame that shows one keeps it: another would load it anew. */
export function useView(id: string, version: number, isWanted: boolean) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.resultView(id, version), queryFn: ({ signal }) => api.results.view(id, version, signal), enabled: isWanted, staleTime: VIEW_MS, gcTime: 0, refetchOnWindowFocus: false, retry: false });
}

/** The body of a file of a version, which never changes. */
export function useFile(id: string, version: number, path: string, isWanted: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.resultFile(id, version, path),
    queryFn: ({ signal }) => api.results.content(id, { version, path }, signal),
    enabled: isWanted,
    staleTime: Infinity,
    retry: false,
  });
}

/** The small picture of a result, of the server's own making; null while there is none. */
export function useThumbnail({ id, version, hasThumbnail }: Pick<Result, "id" | "version" | "hasThumbnail">): string | null {
  const api = useApi();
  const body = useQuery({
    queryKey: queryKeys.resultThumbnail(id, version),
    queryFn: ({ signal }) => api.results.content(id, { thumbnail: true }, signal),
    enabled: hasThumbnail,
    staleTime: Infinity,
    retry: false,
  });
  return useObjectUrl(body.data ?? null, "image/webp");
}

/** An address of a body as long as it shows. Who uses it for a picture forgets it once it is drawn (see `Picture`). */
export function useObjectUrl(body: Blob | null, type: string): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!body) return;
    const made = URL.createObjectURL(new Blob([body], { type }));
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [body, type]);
  return url;
}

/** What was done to a result shows wherever results do. */
function useStale() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: queryKeys.results });
}

export function useChangeResult(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: (change: ResultChange) => api.results.change(id, change), onSettled });
}

export function useSetStatus(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: ({ status, version }: { status: ResultStatus; version: number }) => api.results.setStatus(id, { status, version }), onSettled });
}

/** Archives, or brings back to the status that it had, step by step as the server's table has them. */
export function useArchive({ id, version }: Pick<Result, "id" | "version">) {
  const api = useApi();
  const onSettled = useStale();
  const archive = useMutation({ mutationFn: () => api.results.setStatus(id, { status: "archived", version }), onSettled });
  const bringBack = useMutation({
    mutationFn: async (before: ResultStatus) => {
      for (const status of wayBack(before)) await api.results.setStatus(id, { status, version });
    },
    onSettled,
  });
  return { archive, bringBack };
}

export function useDeleteResult(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: () => api.results.remove(id), onSettled });
}

export function useRestoreVersion(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: (version: number) => api.results.restore(id, version), onSettled });
}

export function useUpload() {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: ({ file, title, kind }: { file: File; title: string; kind: ResultKind }) => api.results.upload(file, { title, kind, filename: file.name }), onSettled });
}

export function useUploadVersion(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: ({ file, note }: { file: File; note: string }) => api.results.uploadVersion(id, file, { filename: file.name, note }), onSettled });
}

export function usePublish(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: (body: PublishInput) => api.results.publish(id, body), onSettled });
}

export function useUnpublish(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: () => api.results.unpublish(id), onSettled });
}

export function useRollBack(id: string) {
  const api = useApi();
  const onSettled = useStale();
  return useMutation({ mutationFn: (release: number) => api.results.rollBack(id, release), onSettled });
}
