import type { Workspace } from "@openclaw/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { queryKeys } from "../../shared/queryKeys.ts";
import { usePreferences, useServices } from "../../shared/services.tsx";
import { useAccount } from "../identity/index.ts";

/** The workspaces of the account, and the one in use. */
export function useWorkspaces(): { workspaces: readonly Workspace[]; current: Workspace; userId: string } {
  const { user, workspace: personal, workspaces } = useAccount();
  const { workspaceId } = usePreferences();
  return { workspaces, current: workspaces.find(({ id }) => id === workspaceId) ?? personal, userId: user.id };
}

/** Everything on the page belongs to a workspace, so changing it forgets all but the account. */
export function useSwitchWorkspace(): (workspace: Workspace) => void {
  const { preferences, gateway, streams, local } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return (workspace) => {
    preferences.update({ workspaceId: workspace.kind === "personal" ? null : workspace.id });
    streams.clear();
    queryClient.removeQueries({ queryKey: queryKeys.dashboard }); // what is on it says which page comes first
    void navigate({ to: "/" });
    void queryClient.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.account[0] });
    gateway.restart();
    local.stop(); // its machines are the workspace's
    local.start();
  };
}

export function useReloadAccount(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: queryKeys.account });
}
