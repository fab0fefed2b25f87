import type { ListedWorkflow } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Menu, Row, useToast, type MenuGroup } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { download } from "../../../shared/download.ts";
import { RunBadge, RunDot } from "../runs/RunBadge.tsx";
import { useActivateWorkflow, useArchiveWorkflow, useDeleteWorkflow, useExportWorkflow } from "./queries.ts";
import { StatusBadge } from "./StatusBadge.tsx";

import "./WorkflowRow.css";

export function WorkflowRow({ workflow }: { workflow: ListedWorkflow }) {
  const t = useTranslator();
  const { id, name, description, status, lastRun, activeVersion, latestVersion } = workflow;
  const facts = [
    activeVersion === null ? t("workflows.noActiveVersion") : t("workflows.activeVersion", { version: activeVersion }),
    ...(activeVersion !== null && latestVersion > activeVersion ? [t("workflows.draftVersion", { version: latestVersion })] : []),
  ];
  return (
    <Row
      data-testid="workflow-row"
      leading={<RunDot state={lastRun?.state ?? null} />}
      title={
        <Link to="/workflows/$workflowId" params={{ workflowId: id }} className="WorkflowRow-link">
          {name}
        </Link>
      }
      badges={<StatusBadge status={status} />}
      detail={
        <>
          {description && <p className="WorkflowRow-description">{description}</p>}
          <p className="WorkflowRow-facts">
            {lastRun ? (
              <Link to="/workflow-runs/$runId" params={{ runId: lastRun.id }} className="WorkflowRow-run">
                <RunBadge state={lastRun.state} />
                <span>{t("workflows.lastRun", { when: t.format.relative(lastRun.createdAt) })}</span>
              </Link>
            ) : (
              <span>{t("workflows.neverRun")}</span>
            )}
            <span>{facts.join(" · ")}</span>
          </p>
        </>
      }
      actions={<WorkflowMenu workflow={workflow} />}
    />
  );
}

function WorkflowMenu({ workflow }: { workflow: ListedWorkflow }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const activate = useActivateWorkflow(workflow.id);
  const archive = useArchiveWorkflow(workflow.id);
  const exporting = useExportWorkflow();
  const remove = useDeleteWorkflow(workflow.id);
  const [asking, setAsking] = useState<"archive" | "delete" | null>(null);
  const close = () => setAsking(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const label = t("workflows.actions", { name: workflow.name });
  const params = { workflowId: workflow.id };
  const groups: MenuGroup[] = [
    {
      actions: [
        { id: "edit", label: t("workflows.edit"), icon: "edit", run: () => void navigate({ to: "/workflows/$workflowId/edit", params }) },
        { id: "runs", label: t("workflows.allRuns"), icon: "history", run: () => void navigate({ to: "/workflows/$workflowId/runs", params }) },
        {
          id: "export",
          label: t("workflows.export"),
          icon: "download",
          run: () => void exporting.mutateAsync({ workflow }).then(({ name, yaml }) => download(name, yaml, "application/yaml"), onError),
        },
      ],
    },
    {
      actions: [
        ...(workflow.activeVersion !== workflow.latestVersion || workflow.status === "archived"
          ? [{ id: "activate", label: t("workflows.activate"), icon: "check" as const, run: () => void activate.mutateAsync(workflow.status === "archived" ? workflow.activeVersion : null).catch(onError) }]
          : []),
        ...(workflow.status === "archived" ? [] : [{ id: "archive", label: t("workflows.archive"), icon: "archive" as const, run: () => setAsking("archive") }]),
        { id: "delete", label: t("workflows.delete"), icon: "trash", isDestructive: true, run: () => setAsking("delete") },
      ],
    },
  ];
  return (
    <>
      <Menu label={label} groups={groups.filter(({ actions }) => actions.length > 0)}>
        <IconButton icon="more" label={label} hasTooltip={false} />
      </Menu>
      <Confirm
        isOpen={asking === "archive"}
        title={t("workflows.archiveTitle", { name: workflow.name })}
        text={t("workflows.archiveText")}
        actionLabel={t("workflows.archive")}
        isPending={archive.isPending}
        onClose={close}
        onConfirm={() => void archive.mutateAsync().then(close, onError)}
      />
      <Confirm
        isOpen={asking === "delete"}
        title={t("workflows.deleteTitle", { name: workflow.name })}
        text={t("workflows.deleteText")}
        actionLabel={t("workflows.delete")}
        isPending={remove.isPending}
        onClose={close}
        onConfirm={() => void remove.mutateAsync().then(close, onError)}
      />
    </>
  );
}
