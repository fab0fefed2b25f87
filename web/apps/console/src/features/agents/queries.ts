import type { Approval, Decision, Model, SimulationInput } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { newKey } from "../../shared/newKey.ts";
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
  const [idempotencyKey] = useState(newKey);
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
  ruleDays?: number;
}

/** What a standing rule from this approval would have covered. */
export function useRulePreview(approval: Approval) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.rulePreview(approval.id),
    queryFn: ({ signal }) =>
      api.approvals.previewRule(
        {
          deviceId: approval.device?.id ?? "",
          programs: approval.coverage?.program.split(", ") ?? [],
          folder: approval.coverage?.folder ?? "",
        },
        signal,
      ),
    enabled: approval.device !== null, // a rule is for a machine
    gcTime: 0,
  });
}

export function useSimulate() {
  const api = useApi();
  return useMutation({ mutationFn: (call: SimulationInput) => api.approvals.simulate(call) });
}

export function useDecide(approvalId: string) {
  const { api, streams } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: DecisionRequest) => api.approvals.decide(approvalId, request),
    onSuccess: (approval) => {
      const { conversationId, runId } = approval;
      const stale: (readonly unknown[])[] = [queryKeys.approvals, queryKeys.approvalRules];
      if (conversationId && runId) {
        streams.of(conversationId).push({ kind: "approval", runId, seq: null, approval });
        stale.push(queryKeys.messages(conversationId));
      }
      for (const queryKey of stale) void queryClient.invalidateQueries({ queryKey });
    },
  });
}

/** One approval, read anew whenever an event says that something was asked or answered. */
export function useApproval(id: string) {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.approval(id), queryFn: ({ signal }) => api.approvals.get(id, signal), retry: false });
}
