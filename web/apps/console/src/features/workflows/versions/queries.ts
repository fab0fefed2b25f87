import type { ProposeInput, SaveWorkflowInput, WorkflowDetail } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";

/** A workflow with the definition of one version, the newest by default. */
export function useWorkflow(id: string, version: number | null, isWanted = true) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.workflow(id, version),
    queryFn: ({ signal }) => api.workflows.get(id, version ?? undefined, signal),
    enabled: isWanted,
    retry: false,
  });
}

/** The saved versions, the newest first. */
export function useWorkflowVersions(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.workflowVersions(id),
    queryFn: ({ signal }) => api.workflows.versions(id, signal),
    select: ({ items }) => items,
  });
}

/** What changed from one version to another. Versions never change, so neither does this. */
export function useWorkflowDiff(id: string, before: number, after: number) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.workflowDiff(id, before, after),
    queryFn: ({ signal }) => api.workflows.compare(id, before, after, signal),
    select: ({ items }) => items,
    staleTime: Infinity,
  });
}

export function useWorkflowYaml(id: string, version: number) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.workflowYaml(id, version),
    queryFn: ({ signal }) => api.workflows.yaml(id, version, signal),
    select: ({ yaml }) => yaml,
    staleTime: Infinity,
  });
}

/** A new version: it runs once it is activated. */
export function useSaveWorkflow(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: SaveWorkflowInput): Promise<WorkflowDetail> => api.workflows.save(id, body),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: queryKeys.workflows }),
  });
}

/** What the workspace's model would make of a definition. Nothing is saved. */
export function usePropose() {
  const api = useApi();
  return useMutation({ mutationFn: (body: ProposeInput) => api.workflows.propose(body) });
}
