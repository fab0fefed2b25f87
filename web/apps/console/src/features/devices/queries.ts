import type { Device } from "@openclaw/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi } from "../../shared/services.tsx";

/** The machines that may be used: those that were revoked are left out. */
export function useDevices() {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.devices,
    queryFn: ({ signal }) => api.devices.list(signal),
    select: ({ items }) => items.filter((device) => device.revokedAt === null),
  });
}

export function useRenameDevice() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ device, name }: { device: Device; name: string }) => api.devices.rename(device.id, name),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.devices }),
  });
}

export function useRevokeDevice() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (device: Device) => api.devices.revoke(device.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.devices }),
  });
}
