import type { Api } from "@openclaw/api";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useServices } from "../../shared/services.tsx";

/** It is read again at most so often, however much happens. */
const GATHER_MS = 400;
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
  const { api, gateway } = useServices();
  const queryClient = useQueryClient();
  useEffect(() => {
    let timer: number | null = null;
    const stale = () => {
      timer ??= window.setTimeout(() => {
        timer = null;
        void queryClient.invalidateQueries({ queryKey: queryKeys.dashboard });
      }, GATHER_MS);
    };
    const ends = [...TOLD.map((name) => gateway.on(name, stale)), gateway.onResync(stale)];
    return () => {
      if (timer !== null) window.clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [gateway, queryClient]);
  return useQuery(dashboardQuery(api));
}
