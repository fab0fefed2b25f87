import type { ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Menu, useToast, type MenuGroup } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { can } from "../model.ts";
import { useArchive, useDeleteResult } from "../queries.ts";
import { useKeepResult } from "../useResultActions.ts";
import { DescribeDialog } from "./DescribeDialog.tsx";
import { VersionDialog } from "./VersionDialog.tsx";

/** The rest of what is done with a result. Archiving is undone by its toast, deleting asks first. */
export function ResultMenu({ result }: { result: ResultDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const keep = useKeepResult();
  const { archive, bringBack } = useArchive(result);
  const remove = useDeleteResult(result.id);
  const [open, setOpen] = useState<"describe" | "version" | "delete" | null>(null);
  const close = () => setOpen(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const { title, status, statuses, live } = result;
  const mayChange = statuses.length > 0;
  const putAway = () =>
    void archive.mutateAsync().then(
      () => toast({ text: t("results.archivedNow", { title }), action: { label: t("app.undo"), run: () => void bringBack.mutateAsync(status).catch(onError) } }),
      onError,
    );
  const groups: MenuGroup[] = [
    {
      actions: [
        ...(mayChange ? [{ id: "describe", label: t("results.describe"), icon: "edit" as const, run: () => setOpen("describe") }] : []),
        ...(mayChange && status !== "archived" ? [{ id: "version", label: t("results.newVersion"), icon: "upload" as const, run: () => setOpen("version") }] : []),
        ...(can(result, "export")
          ? [{ id: "download", label: t("results.download"), icon: "download" as const, run: () => keep.mutate({ ...result, version: result.shown.number }, { onError }) }]
          : []),
      ],
    },
    {
      actions: [
        ...(statuses.includes("archived") && !live ? [{ id: "archive", label: t("results.archive"), icon: "archive" as const, run: putAway }] : []),
        ...(mayChange && !live ? [{ id: "delete", label: t("app.delete"), icon: "trash" as const, isDestructive: true, run: () => setOpen("delete") }] : []),
      ],
    },
  ];
  const shown = groups.filter(({ actions }) => actions.length > 0);
  if (shown.length === 0) return null;
  const label = t("results.actionsFor", { title });
  return (
    <>
      <Menu label={label} groups={shown}>
        <IconButton icon="more" label={label} hasTooltip={false} data-testid="result-menu" />
      </Menu>
      {open === "describe" && <DescribeDialog result={result} onClose={close} />}
      {open === "version" && <VersionDialog result={result} onClose={close} />}
      <Confirm
        isOpen={open === "delete"}
        title={t("results.deleteTitle", { title })}
        text={t("results.deleteText")}
        actionLabel={t("app.delete")}
        isPending={remove.isPending}
        onClose={close}
        onConfirm={() =>
          void remove.mutateAsync().then(() => {
            toast({ text: t("results.deleted", { title }) });
            void navigate({ to: "/results", replace: true });
          }, onError)
        }
      />
    </>
  );
}
