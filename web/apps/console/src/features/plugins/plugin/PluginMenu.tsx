import type { Plugin } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Menu, useToast, type MenuGroup } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { BlockDialog, type BlockTarget } from "../BlockDialog.tsx";
import { useChange, useRights, useUninstall } from "../queries.ts";
import { SettingsDialog } from "./SettingsDialog.tsx";

/** What is done with an installation (`plugin`), and the kill switch for what the page shows. */
export function PluginMenu({ plugin, target }: { plugin: Plugin | null; target: BlockTarget & { title: string } }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { isAdmin, isOperator } = useRights();
  const change = useChange(plugin?.id ?? "");
  const uninstall = useUninstall(plugin?.id ?? "");
  const [open, setOpen] = useState<"settings" | "block" | "uninstall" | "disable" | null>(null);
  const close = () => setOpen(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const label = t("plugins.more", { title: target.title });
  const setEnabled = (enabled: boolean) =>
    void change.mutateAsync({ enabled }).then(() => {
      toast({ text: t(enabled ? "plugins.enabledNow" : "plugins.disabledNow", { title: target.title }) });
      close();
    }, onError);
  const hasSettings = plugin !== null && (Object.keys(plugin.settingsSchema).length > 0 || plugin.asked.length > 0);
  const groups: MenuGroup[] = [
    ...(plugin && isAdmin
      ? [
          {
            actions: [
              ...(hasSettings ? [{ id: "settings", label: t("plugins.settingsAction"), icon: "settings" as const, run: () => setOpen("settings") }] : []),
              plugin.enabled
                ? { id: "disable", label: t("plugins.disable"), icon: "pause" as const, run: () => setOpen("disable") }
                : { id: "enable", label: t("plugins.enable"), icon: "play" as const, run: () => setEnabled(true) },
            ],
          },
        ]
      : []),
    {
      actions: [
        ...(isAdmin || isOperator ? [{ id: "block", label: t("plugins.blockAction"), icon: "stop" as const, isDestructive: true, run: () => setOpen("block") }] : []),
        ...(plugin && isAdmin ? [{ id: "uninstall", label: t("plugins.uninstall"), icon: "trash" as const, isDestructive: true, run: () => setOpen("uninstall") }] : []),
      ],
    },
  ];
  return (
    <>
      <Menu label={label} groups={groups}>
        <IconButton icon="more" label={label} data-testid="plugin-menu" />
      </Menu>
      {open === "settings" && plugin && <SettingsDialog plugin={plugin} onClose={close} />}
      {open === "block" && <BlockDialog target={target} onClose={close} />}
      <Confirm
        isOpen={open === "disable"}
        title={t("plugins.disableTitle", { title: target.title })}
        text={t("plugins.disableText")}
        actionLabel={t("plugins.disable")}
        isPending={change.isPending}
        onClose={close}
        onConfirm={() => setEnabled(false)}
      />
      <Confirm
        isOpen={open === "uninstall"}
        title={t("plugins.uninstallTitle", { title: target.title })}
        text={t("plugins.uninstallText")}
        actionLabel={t("plugins.uninstall")}
        isPending={uninstall.isPending}
        onClose={close}
        onConfirm={() =>
          // A promise, since callbacks of `mutate` die with this menu, which may go when it succeeds.
          void uninstall.mutateAsync().then(() => {
            toast({ text: t("plugins.uninstalledNow", { title: target.title }) });
            close();
            void navigate({ to: "/plugins/$name", params: { name: target.name } });
          }, onError)
        }
      />
    </>
  );
}
