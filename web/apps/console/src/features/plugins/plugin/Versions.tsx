import type { Plugin, PluginPackage } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, IconButton, Menu, Row, Rows, Section, useToast } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { blocksOf } from "../model.ts";
import { NoteDialog } from "../NoteDialog.tsx";
import { useBlocks, useDeprecate, useRights, useVersions, useYank } from "../queries.ts";

import "./Versions.css";

/** Every version of a name in every registry, the newest first. */
export function Versions({ name, shownId, plugin }: { name: string; shownId: string; plugin: Plugin | null }) {
  const t = useTranslator();
  const versions = useVersions(name);
  return (
    <Section title={t("plugins.versions")} description={t("plugins.versionsText")}>
      <Rows label={t("plugins.versions")}>
        {(versions.data ?? []).map((item) => (
          <VersionRow key={item.id} item={item} isShown={item.id === shownId} isInstalled={item.id === plugin?.packageId} />
        ))}
      </Rows>
    </Section>
  );
}

function VersionRow({ item, isShown, isInstalled }: { item: PluginPackage; isShown: boolean; isInstalled: boolean }) {
  const t = useTranslator();
  const { isAdmin, isOperator } = useRights();
  const blocks = useBlocks();
  const mayManage = (item.own && isAdmin && item.source !== "builtin") || (isOperator && item.source === "public");
  return (
    <Row
      data-testid="version-row"
      title={
        <Link to="/plugins/$name" params={{ name: item.name }} search={{ package: item.id }} className="Versions-link" {...(isShown ? { "aria-current": "true" as const } : {})}>
          {item.version}
        </Link>
      }
      badges={
        <>
          {isInstalled && <Badge tone="accent">{t("plugins.isInstalled")}</Badge>}
          {blocksOf(blocks.data ?? [], item).length > 0 && <Badge tone="danger">{t("plugins.isBlocked")}</Badge>}
          {item.yanked && <Badge tone="attention">{t("plugins.isYanked")}</Badge>}
          {item.deprecated !== null && <Badge>{t("plugins.isDeprecated")}</Badge>}
          {item.reviewState !== "approved" && <Badge tone="attention">{t(`plugins.review.${item.reviewState}`)}</Badge>}
        </>
      }
      detail={[
        t(`plugins.source.${item.source}`),
        t.format.bytes(item.archiveBytes),
        ...(item.createdAt && item.source !== "builtin" ? [t.format.relative(item.createdAt)] : []),
        ...(item.yankReason ? [item.yankReason] : []),
        ...(item.deprecated ? [item.deprecated] : []),
      ].join(" · ")}
      actions={mayManage && <Manage item={item} />}
    />
  );
}

/** What the publisher of a version does with it. */
function Manage({ item }: { item: PluginPackage }) {
  const t = useTranslator();
  const toast = useToast();
  const yank = useYank(item.id);
  const deprecate = useDeprecate(item.id);
  const [open, setOpen] = useState<"yank" | "deprecate" | null>(null);
  const close = () => {
    setOpen(null);
    yank.reset();
    deprecate.reset();
  };
  const onError = (error: Error) => toast({ text: t.error(error), tone: "danger" });
  const label = t("plugins.more", { title: item.version });
  return (
    <>
      <Menu
        label={label}
        groups={[
          {
            actions: [
              item.yanked
                ? { id: "unyank", label: t("plugins.unyank"), icon: "undo", run: () => yank.mutate({ yanked: false, reason: "" }, { onError }) }
                : { id: "yank", label: t("plugins.yank"), icon: "archive", run: () => setOpen("yank") },
              item.deprecated !== null
                ? { id: "undeprecate", label: t("plugins.undeprecate"), icon: "undo", run: () => deprecate.mutate(null, { onError }) }
                : { id: "deprecate", label: t("plugins.deprecate"), icon: "info", run: () => setOpen("deprecate") },
            ],
          },
        ]}
      >
        <IconButton icon="more" label={label} />
      </Menu>
      {open === "yank" && (
        <NoteDialog
          title={t("plugins.yankTitle", { version: item.version })}
          text={t("plugins.yankText")}
          label={t("plugins.reason")}
          actionLabel={t("plugins.yank")}
          isDestructive
          isPending={yank.isPending}
          error={yank.error}
          maxLength={500}
          onClose={close}
          onSubmit={(reason) => yank.mutate({ yanked: true, reason }, { onSuccess: close })}
        />
      )}
      {open === "deprecate" && (
        <NoteDialog
          title={t("plugins.deprecateTitle", { version: item.version })}
          text={t("plugins.deprecateText")}
          label={t("plugins.deprecateLabel")}
          actionLabel={t("plugins.deprecate")}
          isRequired
          isPending={deprecate.isPending}
          error={deprecate.error}
          maxLength={500}
          onClose={close}
          onSubmit={(message) => deprecate.mutate(message, { onSuccess: close })}
        />
      )}
    </>
  );
}
