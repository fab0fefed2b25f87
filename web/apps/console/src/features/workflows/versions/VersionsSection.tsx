import type { WorkflowDetail, WorkflowVersion } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, IconButton, Menu, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { download } from "../../../shared/download.ts";
import { useActivateWorkflow, useExportWorkflow } from "../list/queries.ts";
import { useWorkflowVersions } from "./queries.ts";

const AT_FIRST = 6;

/** The saved versions: the one that runs, drafts newer than it, and those that were before. */
export function VersionsSection({ workflow }: { workflow: WorkflowDetail }) {
  const t = useTranslator();
  const versions = useWorkflowVersions(workflow.id);
  const [isWhole, setWhole] = useState(false);
  const items = versions.data ?? [];
  return (
    <Section title={t("workflows.versions")} description={t("workflows.versionsText")}>
      {versions.error && <Banner tone="danger">{t.error(versions.error)}</Banner>}
      {versions.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {items.length > 0 && (
        <Rows label={t("workflows.versions")}>
          {items.slice(0, isWhole ? undefined : AT_FIRST).map((version) => (
            <VersionRow key={version.version} version={version} workflow={workflow} />
          ))}
        </Rows>
      )}
      {!isWhole && items.length > AT_FIRST && (
        <div>
          <Button size="s" onPress={() => setWhole(true)}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function VersionRow({ version: { version, createdAt }, workflow }: { version: WorkflowVersion; workflow: WorkflowDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const activate = useActivateWorkflow(workflow.id);
  const exporting = useExportWorkflow();
  const { activeVersion, latestVersion } = workflow;
  const isActive = version === activeVersion && workflow.status === "active";
  const isDraft = version > (activeVersion ?? 0);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const compare = (before: number, after: number) =>
    void navigate({ to: "/workflows/$workflowId/compare", params: { workflowId: workflow.id }, search: { before, after } });
  const other = isActive || activeVersion === null ? (version > 1 ? version - 1 : latestVersion) : activeVersion;
  const label = t("workflows.versionActions", { version });
  return (
    <Row
      data-testid="version-row"
      title={t("workflowRun.version", { version })}
      badges={
        <Badge tone={isActive ? "accent" : isDraft ? "attention" : "neutral"}>
          {t(isActive ? "workflows.status.active" : isDraft ? "workflows.status.draft" : "workflows.earlier")}
        </Badge>
      }
      detail={t.format.dateTime(createdAt)}
      actions={
        <>
          {isDraft && version === latestVersion && (
            <Button size="s" isPending={activate.isPending} onPress={() => activate.mutate(version, { onError })} data-testid="activate">
              {t("workflows.activate")}
            </Button>
          )}
          <Menu
            label={label}
            groups={[
              {
                actions: [
                  ...(other === version
                    ? []
                    : [
                        {
                          id: "compare",
                          label: t("workflows.compareWith", { version: other }),
                          icon: "branch" as const,
                          run: () => compare(Math.min(version, other), Math.max(version, other)),
                        },
                      ]),
                  ...(isActive ? [] : [{ id: "activate", label: t("workflows.activate"), icon: "check" as const, run: () => activate.mutate(version, { onError }) }]),
                  {
                    id: "export",
                    label: t("workflows.export"),
                    icon: "download" as const,
                    run: () => void exporting.mutateAsync({ workflow, version }).then(({ name, yaml }) => download(name, yaml, "application/yaml"), onError),
                  },
                ],
              },
            ]}
          >
            <IconButton icon="more" label={label} hasTooltip={false} />
          </Menu>
        </>
      }
    />
  );
}
