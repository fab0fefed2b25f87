import {
  loopbackPermission,
  probeBridge,
  redeemAtBridge,
  type BridgeEnvironment,
  type LinkChallenge,
} from "@openclaw/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";

import { isLoopbackHost } from "../../shared/loopback.ts";
import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi, usePreferences } from "../../shared/services.tsx";
import { useNow } from "../../shared/useNow.ts";
import { challengeState, reduceLocalBridge, UNASKED, type ChallengeState, type LocalBridge } from "./linking.ts";

const POLL_MS = 1_500;

function environment(language: string): BridgeEnvironment {
  return {
    permissions: navigator.permissions as Permissions | undefined,
    language,
  };
}

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

/** The bridge on this machine: looked for only after a click, or where the browser has the permission already. */
export function useLocalBridge(challenge: LinkChallenge | null): { bridge: LocalBridge; look: () => void; link: () => void } {
  const { language } = usePreferences();
  const [bridge, dispatch] = useReducer(reduceLocalBridge, UNASKED);
  const isLocalPage = isLoopbackHost(window.location.hostname);
  const isMounted = useRef(true);

  const look = useCallback(() => {
    dispatch({ type: "probe" });
    void probeBridge(environment(language)).then((probe) => {
      if (isMounted.current) dispatch({ type: "probed", probe, isLocalPage });
    });
  }, [isLocalPage, language]);

  useEffect(() => {
    isMounted.current = true;
    void loopbackPermission(navigator.permissions as Permissions | undefined).then((permission) => {
      if (isMounted.current && (permission === "granted" || isLocalPage)) look();
    });
    return () => {
      isMounted.current = false;
    };
  }, [look, isLocalPage]);

  useEffect(() => dispatch({ type: "renewed" }), [challenge]);

  const link = () => {
    if (!challenge) return;
    dispatch({ type: "link" });
    const { challengeId, code } = challenge;
    void redeemAtBridge(environment(language), { challengeId, code, appUrl: window.location.origin }).then((outcome) => {
      if (isMounted.current) dispatch({ type: "answered", outcome });
    });
  };
  return { bridge, look, link };
}
