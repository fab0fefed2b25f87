import type { Delivery, Notification, NotificationAction, NotificationMark, NotificationSettingsInput, PushBrowser } from "@openclaw/api";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { describeUserAgent } from "../identity/index.ts";
import { subscribe } from "./push.ts";

const PAGE = 30;

export function useNotificationCount() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.notificationCount, queryFn: ({ signal }) => api.notifications.count(signal) });
}

export function useNotifications(unread: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queryKeys.notificationList(unread),
    queryFn: ({ pageParam, signal }) =>
      api.notifications.list({ cursor: pageParam, limit: PAGE, ...(unread ? { unread } : {}) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

/** What was done with one shows in every list, and on the bell. */
function useStale(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: queryKeys.notifications });
}

export function useMark() {
  const api = useApi();
  const stale = useStale();
  return useMutation({
    mutationFn: ({ notification, state }: { notification: Notification; state: NotificationMark }) =>
      api.notifications.mark(notification.id, state),
    onSettled: stale,
  });
}

export function useMarkAll() {
  const api = useApi();
  const stale = useStale();
  return useMutation({
    mutationFn: ({ state, until }: { state: "seen" | "read" | "dismissed"; until: string }) => api.notifications.markAll(state, until),
    onSettled: stale,
  });
}

export function useAct() {
  const api = useApi();
  const stale = useStale();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (action: NotificationAction) => api.notifications.act(action),
    onSettled: () => Promise.all([stale(), queryClient.invalidateQueries({ queryKey: queryKeys.approvals })]),
  });
}

export function useNotificationSettings() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.notificationSettings, queryFn: ({ signal }) => api.notifications.settings(signal) });
}

export function usePutSettings() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (settings: NotificationSettingsInput) => api.notifications.putSettings(settings),
    onSuccess: (settings) => queryClient.setQueryData(queryKeys.notificationSettings, settings),
  });
}

export function useBrowsers() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.pushBrowsers, queryFn: ({ signal }) => api.notifications.browsers(signal) });
}

export function useTurnOn(pushKey: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const subscription = await subscribe(pushKey);
      return await api.notifications.addBrowser({ ...subscription, name: describeUserAgent(navigator.userAgent) ?? "Browser" });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.pushBrowsers }),
  });
}

export function useTurnOff() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (browser: PushBrowser) => api.notifications.removeBrowser(browser.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.pushBrowsers }),
  });
}

export function useTest() {
  const api = useApi();
  return useMutation({ mutationFn: () => api.notifications.test(), onSettled: useStale() });
}

export function useDeliveries(state: Delivery["state"] | null) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queryKeys.deliveries(state),
    queryFn: ({ pageParam, signal }) =>
      api.notifications.deliveries({ cursor: pageParam, limit: PAGE, ...(state ? { state } : {}) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

export function useRetry() {
  const api = useApi();
  return useMutation({ mutationFn: (delivery: Delivery) => api.notifications.retry(delivery.id), onSettled: useStale() });
}
