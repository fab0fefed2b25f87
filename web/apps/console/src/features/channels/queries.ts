import type { Channel, ChannelChange, ChannelInput } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";

/** The user's channels, the newest first. */
export function useChannels() {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.channels,
    queryFn: ({ signal }) => api.channels.list(signal),
    select: ({ items }) => items,
  });
}

function useStale() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: queryKeys.channels });
}

export function useCreateChannel() {
  const api = useApi();
  const onSuccess = useStale();
  // What signs deliveries is for the dialog that asked, and goes with it.
  return useMutation({ mutationFn: (body: ChannelInput) => api.channels.create(body), gcTime: 0, onSuccess });
}

export function useSaveChannel() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({
    mutationFn: ({ channel, ...change }: { channel: Channel } & ChannelChange) => api.channels.save(channel.id, change),
    onSuccess,
  });
}

export function useCheckChannel() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: (channel: Channel) => api.channels.check(channel.id), onSuccess });
}

export function usePairChannel() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: (channel: Channel) => api.channels.pair(channel.id), gcTime: 0, onSuccess });
}

export function useTestChannel() {
  const api = useApi();
  return useMutation({ mutationFn: (channel: Channel) => api.channels.test(channel.id) });
}

export function usePauseChannel() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({
    mutationFn: ({ channel, isPaused }: { channel: Channel; isPaused: boolean }) => api.channels.setPaused(channel.id, isPaused),
    onSuccess,
  });
}

export function useRemoveChannel() {
  const api = useApi();
  const onSuccess = useStale();
  return useMutation({ mutationFn: (channel: Channel) => api.channels.remove(channel.id), onSuccess });
}
