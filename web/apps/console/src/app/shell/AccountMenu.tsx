import { useTranslator } from "@openclaw/i18n";
import { Menu, MenuTriggerButton, type MenuGroup } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { useAccount, useSignOut } from "../../features/identity/index.ts";
import { useSwitchWorkspace, useWorkspaces } from "../../features/workspaces/index.ts";

/** Who is signed in and in which workspace; switching and signing out. */
export function AccountMenu() {
  const t = useTranslator();
  const navigate = useNavigate();
  const { user } = useAccount();
  const { workspaces, current } = useWorkspaces();
  const switchWorkspace = useSwitchWorkspace();
  const signOut = useSignOut();

  const groups: MenuGroup[] = [
    {
      label: t("workspaces.switchTo"),
      actions: workspaces.map((workspace) => ({
        id: workspace.id,
        label: workspace.name,
        detail: t(workspace.kind === "personal" ? "workspaces.personal" : "workspaces.shared"),
        isSelected: workspace.id === current.id,
        run: () => switchWorkspace(workspace),
      })),
    },
    {
      actions: [
        {
          id: "profile",
          label: t("settings.profile"),
          icon: "user",
          run: () => void navigate({ to: "/settings/$section", params: { section: "profile" } }),
        },
        { id: "sign-out", label: t("app.signOut"), icon: "signOut", run: signOut },
      ],
    },
  ];
  return (
    <Menu label={t("app.account")} groups={groups}>
      <MenuTriggerButton title={user.displayName || user.username} detail={current.kind === "personal" ? t("workspaces.personal") : current.name} label={t("app.account")} />
    </Menu>
  );
}
