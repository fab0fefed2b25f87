import type { SaveWorkflowInput, Workflow, WorkflowSecretInput, WorkflowStatus } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useRunEvents } from "../runs/queries.ts";

/** The workspace's workflows, the last changed first, each with how its newest run of the user went. */
export function useWorkflows({ words, status }: { words: string; status?: WorkflowStatus }) {
  const api = useApi();
  useRunEvents();
  return useInfiniteQuery({
    queryKey: [...queryKeys.workflows, "list", words, status ?? null],
    queryFn: ({ pageParam, signal }) => api.workflows.list({ ...(words ? { q: words } : {}), ...(status ? { status } : {}), cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (before) => before,
  });
}

function useStaleWorkflows(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.workflows });
}

export function useCreateWorkflow() {
  const api = useApi();
  const onSuccess = useStaleWorkflows();
  return useMutation({ mutationFn: (body: SaveWorkflowInput) => api.workflows.create(body), onSuccess });
}

/** From now on runs are of that version, the newest by default. It also brings back what was put away. */
export function useActivateWorkflow(workflowId: string) {
  const api = useApi();
  const onSuccess = useStaleWorkflows();
  return useMutation({ mutationFn: (version: number | null) => api.workflows.activate(workflowId, version ?? undefined), onSuccess });
}

export function useArchiveWorkflow(workflowId: string) {
  const api = useApi();
  const onSuccess = useStaleWorkflows();
  return useMutation({ mutationFn: () => api.workflows.archive(workflowId), onSuccess });
}

/** For good, with its versions and everybody's runs of it. */
export function useDeleteWorkflow(workflowId: string) {
  const api = useApi();
  const onSuccess = useStaleWorkflows();
  return useMutation({ mutationFn: () => api.workflows.remove(workflowId), onSuccess });
}

/** A version as a YAML file, to the downloads of the browser. */
export function useExportWorkflow() {
  const api = useApi();
  return useMutation({
    mutationFn: async ({ workflow, version }: { workflow: Pick<Workflow, "id" | "name">; version?: number }) => {
      const { yaml } = await api.workflows.yaml(workflow.id, version);
      return { name: `${fileName(workflow.name)}.yaml`, yaml };
    },
  });
}

function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "workflow";
}

/** The names of the workspace's secrets: their values are never shown. */
export function useWorkflowSecrets() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.workflowSecrets, queryFn: ({ signal }) => api.workflows.secrets(signal), select: ({ items }) => items });
}

export function usePutSecret() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: WorkflowSecretInput) => api.workflows.putSecret(body),
    gcTime: 0, // the value goes with the dialog that asked for it
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.workflowSecrets }),
  });
}

export function useDeleteSecret() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.workflows.deleteSecret(name),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.workflowSecrets }),
  });
}
