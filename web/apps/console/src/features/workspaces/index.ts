/** Workspaces, members and invitations. The settings are in `module.tsx`, which only `app/` mounts. */
export { AcceptInvitation } from "./components/AcceptInvitation.tsx";
export { useSwitchWorkspace, useWorkspaces } from "./queries.ts";
