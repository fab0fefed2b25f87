import type { WorkflowDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, IconButton, Menu, Section, Skeleton, useToast } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { download } from "../../../shared/download.ts";
import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { drawable } from "../canvas/definition.ts";
import { WorkflowCanvas } from "../canvas/WorkflowCanvas.tsx";
import { useActivateWorkflow, useArchiveWorkflow, useExportWorkflow } from "../list/queries.ts";
import { StatusBadge } from "../list/StatusBadge.tsx";
import { useWorkflowRuns } from "../runs/queries.ts";
import { RunDialog } from "../runs/RunDialog.tsx";
import { RunRows } from "../runs/RunRows.tsx";
import { DescribeChange } from "./DescribeChange.tsx";
import { useSaveWorkflow, useWorkflow } from "./queries.ts";
import { VersionsSection } from "./VersionsSection.tsx";
import { WorkflowCrumbs } from "./WorkflowCrumbs.tsx";

import "./WorkflowPage.css";

const LATEST_RUNS = 6;

/** A workflow: its picture, a run of it, its versions and what its newest runs became. */
export function WorkflowPage({ workflowId }: { workflowId: string }) {
  const t = useTranslator();
  const newest = useWorkflow(workflowId, null);
  const activeVersion = newest.data?.activeVersion ?? null;
  const isOlderActive = activeVersion !== null && activeVersion !== newest.data?.latestVersion;
  const active = useWorkflow(workflowId, activeVersion, isOlderActive);
  // What runs is shown; before anything runs, the draft.
  const shown = isOlderActive ? active.data : newest.data;
  const error = newest.error ?? active.error;
  useTitle(newest.data?.name ?? t("workflows.title"));

  if (!newest.data || !shown) {
    return (
      <Page title={newest.data?.name ?? t("workflows.title")} before={<WorkflowCrumbs />} isWide>
        {error ? (
          <Banner tone="danger" role="alert" title={t("workflows.loadFailed")} action={<Button onPress={() => void newest.refetch()}>{t("app.retry")}</Button>}>
            {t.error(error)}
          </Banner>
        ) : (
          <Skeleton label={t("app.loading")} lines={6} isBlock />
        )}
      </Page>
    );
  }
  return <Overview newest={newest.data} shown={shown} />;
}

function Overview({ newest, shown }: { newest: WorkflowDetail; shown: WorkflowDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const activate = useActivateWorkflow(newest.id);
  const save = useSaveWorkflow(newest.id);
  const [isRunning, setRunning] = useState(false);
  const definition = useMemo(() => drawable(shown.definition), [shown.definition]);
  const params = { workflowId: newest.id };
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const isArchived = newest.status === "archived";
  const hasDraft = newest.activeVersion === null || newest.latestVersion > newest.activeVersion;
  return (
    <Page
      title={newest.name}
      before={<WorkflowCrumbs />}
      badges={<StatusBadge status={newest.status} />}
      {...(newest.description ? { description: newest.description } : {})}
      isWide
      action={
        <div className="WorkflowPage-actions">
          <Button icon="edit" onPress={() => void navigate({ to: "/workflows/$workflowId/edit", params })} data-testid="edit-workflow">
            {t("workflows.edit")}
          </Button>
          <Button tone="primary" icon="play" isDisabled={isArchived} onPress={() => setRunning(true)} data-testid="run-workflow">
            {t("workflows.run")}
          </Button>
          <MoreMenu workflow={newest} />
        </div>
      }
    >
      {isArchived && (
        <Banner
          tone="attention"
          icon="archive"
          title={t("workflows.isArchived")}
          action={<Button onPress={() => activate.mutate(newest.activeVersion, { onError })}>{t("workflows.bringBack")}</Button>}
        />
      )}
      {!isArchived && hasDraft && (
        <Banner
          tone="attention"
          icon="fileEdit"
          title={t("workflows.hasDraft", { version: newest.latestVersion })}
          data-testid="draft-banner"
          action={
            <div className="WorkflowPage-actions">
              {newest.activeVersion !== null && (
                <Button
                  onPress={() =>
                    void navigate({ to: "/workflows/$workflowId/compare", params, search: { before: newest.activeVersion ?? 1, after: newest.latestVersion } })
                  }
                >
                  {t("workflows.compare")}
                </Button>
              )}
              <Button isPending={activate.isPending} onPress={() => activate.mutate(newest.latestVersion, { onError })} data-testid="activate-draft">
                {t("workflows.activate")}
              </Button>
            </div>
          }
        >
          {t(newest.activeVersion === null ? "workflows.draftOnly" : "workflows.draftBeside")}
        </Banner>
      )}
      <figure className="WorkflowPage-picture">
        <figcaption className="WorkflowPage-caption">{t("workflowRun.version", { version: shown.version })}</figcaption>
        <div className="WorkflowPage-canvas">
          {definition ? <WorkflowCanvas definition={definition} readOnly label={newest.name} /> : <EmptyState title={t("workflows.noPicture")} />}
        </div>
      </figure>
      {!isArchived && (
        <Section title={t("workflowDescribe.title")} description={t("workflowDescribe.text")}>
          <DescribeChange
            key={newest.latestVersion}
            definition={newest.definition}
            takeLabel={t("workflowDescribe.take", { version: newest.latestVersion + 1 })}
            isTaking={save.isPending}
            takeError={save.error}
            onTake={(changed) =>
              save.mutateAsync({ definition: changed, baseVersion: newest.latestVersion }).then(({ version }) => toast({ text: t("workflowDescribe.taken", { version }) }))
            }
          />
        </Section>
      )}
      <div className="WorkflowPage-columns">
        <div>
          <LatestRuns workflowId={newest.id} />
        </div>
        <div>
          <VersionsSection workflow={newest} />
        </div>
      </div>
      {isRunning && <RunDialog workflow={shown} onClose={() => setRunning(false)} />}
    </Page>
  );
}

function LatestRuns({ workflowId }: { workflowId: string }) {
  const t = useTranslator();
  const runs = useWorkflowRuns({ workflow: workflowId }, LATEST_RUNS);
  const items = runs.data?.pages[0]?.items ?? [];
  return (
    <Section
      title={t("workflows.latestRuns")}
      action={
        items.length > 0 && (
          <Link to="/workflows/$workflowId/runs" params={{ workflowId }} className="WorkflowPage-all">
            {t("workflows.allRuns")}
          </Link>
        )
      }
    >
      {runs.error && <Banner tone="danger">{t.error(runs.error)}</Banner>}
      {runs.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {runs.data && items.length === 0 && <EmptyState title={t("workflowRuns.none")}>{t("workflowRuns.noneText")}</EmptyState>}
      {items.length > 0 && <RunRows runs={items} label={t("workflows.latestRuns")} hasDates />}
    </Section>
  );
}

function MoreMenu({ workflow }: { workflow: WorkflowDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const archive = useArchiveWorkflow(workflow.id);
  const exporting = useExportWorkflow();
  const [isAsking, setAsking] = useState(false);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const label = t("workflows.actions", { name: workflow.name });
  return (
    <>
      <Menu
        label={label}
        groups={[
          {
            actions: [
              {
                id: "export",
                label: t("workflows.export"),
                icon: "download",
                run: () => void exporting.mutateAsync({ workflow }).then(({ name, yaml }) => download(name, yaml, "application/yaml"), onError),
              },
              ...(workflow.status === "archived" ? [] : [{ id: "archive", label: t("workflows.archive"), icon: "archive" as const, run: () => setAsking(true) }]),
            ],
          },
        ]}
      >
        <IconButton icon="more" label={label} hasTooltip={false} />
      </Menu>
      <Confirm
        isOpen={isAsking}
        title={t("workflows.archiveTitle", { name: workflow.name })}
        text={t("workflows.archiveText")}
        actionLabel={t("workflows.archive")}
        isPending={archive.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => void archive.mutateAsync().then(() => setAsking(false), onError)}
      />
    </>
  );
}
