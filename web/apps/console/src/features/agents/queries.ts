import type { Decision, Model } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

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

/** What undoing a run would do right now: never from the cache, for files change. */
export function useUndoPreview(runId: string) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.runUndo(runId),
    queryFn: ({ signal }) => api.runs.previewUndo(runId, signal),
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
}

export function useUndoRun(runId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (force: string[]) => api.runs.undo(runId, { force, idempotencyKey }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: queryKeys.allMessages }),
  });
}

export interface DecisionRequest {
  /** What a question wants besides a yes. */
  answer?: string;
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
