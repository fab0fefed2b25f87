import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Menu, useToast, type MenuGroup } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useDeleteSystem, useUpdateSystem } from "../queries.ts";
import { CloneDialog } from "../vault/CloneDialog.tsx";

/** What is done with a system as a whole. Archiving is undone by a press, deleting is asked about. */
export function SystemMenu({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const update = useUpdateSystem(system.id);
  const remove = useDeleteSystem(system.id);
  const [open, setOpen] = useState<"clone" | "delete" | null>(null);
  const close = () => setOpen(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const isArchived = system.status === "archived";
  const label = t("systems.actions", { name: system.name });

  const archive = () =>
    void update.mutateAsync({ body: { status: "archived" } }).then(
      () =>
        toast({
          text: t("systems.archivedNow", { name: system.name }),
          action: { label: t("app.undo"), run: () => void update.mutateAsync({ body: { status: system.status } }).catch(onError) },
        }),
      onError,
    );
  const groups: MenuGroup[] = [
    { actions: isArchived ? [] : [{ id: "clone", label: t("systems.clone"), icon: "copy", run: () => setOpen("clone") }] },
    {
      actions: !system.mayDecide
        ? []
        : isArchived
          ? [{ id: "delete", label: t("app.delete"), icon: "trash", isDestructive: true, run: () => setOpen("delete") }]
          : [{ id: "archive", label: t("systems.archive"), icon: "archive", run: archive }],
    },
  ];
  const shown = groups.filter(({ actions }) => actions.length > 0);
  if (shown.length === 0) return null;
  return (
    <>
      <Menu label={label} groups={shown}>
        <IconButton icon="more" label={label} hasTooltip={false} data-testid="system-menu" />
      </Menu>
      {open === "clone" && <CloneDialog system={system} snapshot={null} onClose={close} />}
      <Confirm
        isOpen={open === "delete"}
        title={t("systems.deleteTitle", { name: system.name })}
        text={t(system.syncMode === "local_only" ? "systems.deleteLocalText" : "systems.deleteText")}
        actionLabel={t("app.delete")}
        isPending={remove.isPending}
        onClose={close}
        onConfirm={() => void remove.mutateAsync().then(() => navigate({ to: "/systems", search: { view: "archived" } }), onError)}
      />
    </>
  );
}
