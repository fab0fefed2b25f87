import type { Device, DeviceChange, DeviceGroup, DeviceGroupInput, GatewayToken, GatewayTokenInput, PairingRequest, ToolPolicyInput } from "@openclaw/api";
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

/** Its name, or whether it is the one that is asked when none is named. */
export function useUpdateDevice() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ device, ...change }: { device: Device } & DeviceChange) => api.devices.update(device.id, change),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.devices }),
  });
}

export function useSetDevicePolicy(device: Device) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (policy: ToolPolicyInput) => api.devices.setPolicy(device.id, policy),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.devices }),
  });
}

export function useDeviceGroups() {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.deviceGroups,
    queryFn: ({ signal }) => api.devices.groups(signal),
    select: ({ items }) => items,
  });
}

/** Makes a group, or replaces the one that is given. */
export function useSaveGroup(group: DeviceGroup | null) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: DeviceGroupInput) => (group ? api.devices.updateGroup(group.id, body) : api.devices.createGroup(body)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.deviceGroups }),
  });
}

export function useDeleteGroup() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (group: DeviceGroup) => api.devices.deleteGroup(group.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.deviceGroups }),
  });
}

export function useWorkspacePolicy() {
  const api = useApi();
  return useQuery({ queryKey: queryKeys.workspacePolicy, queryFn: ({ signal }) => api.devices.workspacePolicy(signal) });
}

export function useSetWorkspacePolicy() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (policy: ToolPolicyInput) => api.devices.setWorkspacePolicy(policy),
    onSuccess: (policy) => queryClient.setQueryData(queryKeys.workspacePolicy, policy),
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

/** The user's gateway tokens, the newest first. */
export function useGatewayTokens() {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.gatewayTokens,
    queryFn: ({ signal }) => api.devices.tokens(signal),
    select: ({ items }) => items,
  });
}

export function useCreateGatewayToken() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: GatewayTokenInput) => api.devices.createToken(body),
    // The secret is for the dialog that asked, and goes with it.
    gcTime: 0,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.gatewayTokens }),
  });
}

export function useRevokeGatewayToken() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (token: GatewayToken) => api.devices.revokeToken(token.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.gatewayTokens }),
  });
}

/** Requests lapse without an event, so those that are shown are looked at again. */
const PAIRING_MS = 30_000;

/** The machines that ask to be let in. */
export function usePairingRequests() {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.pairingRequests,
    queryFn: ({ signal }) => api.devices.pairingRequests(signal),
    select: ({ items }) => items,
    refetchInterval: ({ state }) => ((state.data?.items.length ?? 0) > 0 ? PAIRING_MS : false),
  });
}

export function useDecidePairing() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ request, isApproved }: { request: PairingRequest; isApproved: boolean }) =>
      isApproved ? api.devices.approvePairing(request.id) : api.devices.rejectPairing(request.id),
    onSettled: () =>
      Promise.all([queryKeys.pairingRequests, queryKeys.devices].map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
}
