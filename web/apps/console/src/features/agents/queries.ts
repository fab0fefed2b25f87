import type { Decision, Model } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi, useServices } from "../../shared/services.tsx";

export function useModels() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.models, queryFn: ({ signal }) => api.models.list(signal) });
}

export function useProviders() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.providers, queryFn: ({ signal }) => api.models.providers(signal) });
}

/** The model that answers the next message: the list names the default one first. */
export function useActiveModel(): Model | null {
  return useModels().data?.items[0] ?? null;
}

export interface DecisionRequest {
  decision: Decision;
  reason?: string;
  confirm?: boolean;
}

export function useDecide(approvalId: string) {
  const { api, streams } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: DecisionRequest) => api.approvals.decide(approvalId, request),
    onSuccess: (approval) => {
      streams.of(approval.conversationId).push({ kind: "approval", runId: approval.runId, seq: null, approval });
      for (const queryKey of [queryKeys.approvals, queryKeys.approvalRules, queryKeys.messages(approval.conversationId)]) {
        void queryClient.invalidateQueries({ queryKey });
      }
    },
  });
}
