import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useNow } from "../../shared/useNow.ts";
import { challengeState, type ChallengeState } from "./linking.ts";

const POLL_MS = 1_500;

/** A link challenge: its code, its state by polling, and its remaining time. */
export function useChallenge() {
  const api = useApi();
  const queryClient = useQueryClient();
  const challenge = useQuery({
    queryKey: ["link-challenge"],
    queryFn: () => api.devices.createChallenge(),
    // One code per opening of the dialog; a new one only on request.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const { data } = challenge;
  const status = useQuery({
    queryKey: queryKeys.challenge(data?.challengeId ?? ""),
    queryFn: ({ signal }) => api.devices.challenge(data?.challengeId ?? "", signal),
    enabled: data !== undefined,
    refetchInterval: (query) => (query.state.data && query.state.data.status !== "pending" ? false : POLL_MS),
    gcTime: 0,
  });
  const now = useNow(1_000, data !== undefined);
  const state: ChallengeState = data ? challengeState(status.data, data.expiresAt, now) : "pending";
  useEffect(() => {
    if (state === "redeemed") void queryClient.invalidateQueries({ queryKey: queryKeys.devices });
  }, [state, queryClient]);
  return {
    challenge: data ?? null,
    error: challenge.error,
    state,
    msLeft: data ? Date.parse(data.expiresAt) - now : 0,
    triesLeft: status.data?.triesLeft ?? null,
    deviceId: status.data?.deviceId ?? null,
    renew: () => void challenge.refetch(),
  };
}
