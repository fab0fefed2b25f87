import { segment, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** What the user is told, how it reaches them, and what became of that. */
export function notifications(http: Http) {
  const at = (id: string) => `/notifications/${segment(id)}`;
  return {
    list: (query: Paging & { unread?: boolean }, signal?: Signal) =>
      http.json<Types.Page<Types.Notification>>("GET", "/notifications", { query: { ...query }, signal }),
    count: (signal?: Signal) => http.json<Types.NotificationCount>("GET", "/notifications/count", { signal }),
    get: (id: string, signal?: Signal) => http.json<Types.NotificationDetail>("GET", at(id), { signal }),
    mark: (id: string, state: Types.NotificationMark) =>
      http.json<Types.Notification>("PATCH", at(id), { body: { state } }),
    markAll: (state: "seen" | "read" | "dismissed", until: string) =>
      http.json<{ count: number }>("POST", "/notifications/mark-all", { body: { state, until } }),
    /** Does what a notification offers: a path and a body that came with it. */
    act: (action: Types.NotificationAction) => http.json<unknown>("POST", action.path, { body: action.body }),
    test: () => http.json<Types.NotificationCount>("POST", "/notifications/test"),
    settings: (signal?: Signal) => http.json<Types.NotificationSettings>("GET", "/notifications/settings", { signal }),
    putSettings: (body: Types.NotificationSettingsInput) =>
      http.json<Types.NotificationSettings>("PUT", "/notifications/settings", { body }),
    browsers: (signal?: Signal) =>
      http.json<Types.Page<Types.PushBrowser>>("GET", "/notifications/push-subscriptions", { signal }),
    addBrowser: (body: Types.PushBrowserInput) =>
      http.json<Types.PushBrowser>("POST", "/notifications/push-subscriptions", { body }),
    removeBrowser: (id: string) => http.json<void>("DELETE", `/notifications/push-subscriptions/${segment(id)}`),
    deliveries: (query: Paging & { state?: string }, signal?: Signal) =>
      http.json<Types.Page<Types.Delivery>>("GET", "/notifications/deliveries", { query: { ...query }, signal }),
    retry: (id: string) => http.json<Types.Delivery>("POST", `/notifications/deliveries/${segment(id)}/retry`),
  };
}
