import type { Api } from "@openclaw/api";
import { queryOptions, useQuery } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";
import { useFollowLists } from "../../shared/useFollowLists.ts";

const TOLD = [
  "task.changed",
  "workflow.changed",
  "artifact.changed",
  "exec.approval.requested",
  "exec.approval.resolved",
  "notifications.changed",
  "device.changed",
  "presence",
] as const;

/** The month begins where its reader is. */
export function dashboardQuery(api: Api) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return queryOptions({ queryKey: queryKeys.dashboard, queryFn: ({ signal }) => api.dashboard.get(timeZone, signal) });
}

/** The dashboard, which follows whatever is told of what is on it. */
export function useDashboard() {
  useFollowLists(TOLD, [queryKeys.dashboard]);
  return useQuery(dashboardQuery(useApi()));
}
