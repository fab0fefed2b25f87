import type { WorkflowDetail, WorkflowVersion } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, IconButton, Menu, Row, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { download } from "../../../shared/download.ts";
import { VersionList } from "../../../shared/VersionList.tsx";
import { useActivateWorkflow, useExportWorkflow } from "../list/queries.ts";
import { useWorkflowVersions } from "./queries.ts";

/** The saved versions: the one that runs, drafts newer than it, and those that were before. */
export function VersionsSection({ workflow }: { workflow: WorkflowDetail }) {
  const t = useTranslator();
  const versions = useWorkflowVersions(workflow.id);
  return (
    <VersionList
      title={t("workflows.versions")}
      text={t("workflows.versionsText")}
      versions={versions}
      row={(version) => <VersionRow key={version.version} version={version} workflow={workflow} />}
    />
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
