import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Select, Skeleton, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useActivateWorkflow } from "../list/queries.ts";
import { DefinitionDiff } from "./DefinitionDiff.tsx";
import { useWorkflow, useWorkflowDiff, useWorkflowVersions, useWorkflowYaml } from "./queries.ts";
import { WorkflowCrumbs } from "./WorkflowCrumbs.tsx";

import "./ComparePage.css";

/** Any two versions of a workflow beside one another. */
export function ComparePage({ workflowId, before, after }: { workflowId: string; before: number; after: number }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const newest = useWorkflow(workflowId, null);
  const old = useWorkflow(workflowId, before);
  const young = useWorkflow(workflowId, after);
  const changes = useWorkflowDiff(workflowId, before, after);
  const oldYaml = useWorkflowYaml(workflowId, before);
  const youngYaml = useWorkflowYaml(workflowId, after);
  const versions = useWorkflowVersions(workflowId);
  const activate = useActivateWorkflow(workflowId);
  useTitle(t("workflowDiff.title"));

  const options = (versions.data ?? []).map(({ version, createdAt }) => ({
    value: String(version),
    label: t("workflowRun.version", { version }),
    detail: t.format.dateTime(createdAt),
  }));
  const go = (search: { before: number; after: number }) => void navigate({ to: "/workflows/$workflowId/compare", params: { workflowId }, search, replace: true });
  const error = old.error ?? young.error ?? changes.error ?? oldYaml.error ?? youngYaml.error;
  const isActive = newest.data?.activeVersion === after && newest.data.status === "active";
  return (
    <Page
      title={t("workflowDiff.title")}
      before={<WorkflowCrumbs workflow={newest.data ?? null} workflowId={workflowId} />}
      isWide
      action={
        newest.data &&
        !isActive && (
          <Button
            isPending={activate.isPending}
            onPress={() => activate.mutate(after, { onError: (failure) => toast({ text: t.error(failure), tone: "danger" }) })}
            data-testid="activate-compared"
          >
            {t("workflowDiff.activate", { version: after })}
          </Button>
        )
      }
    >
      <div className="ComparePage-choice">
        <Select label={t("workflowDiff.before")} value={String(before)} options={options} onChange={(value) => go({ before: Number(value), after })} data-testid="compare-before" />
        <Select label={t("workflowDiff.after")} value={String(after)} options={options} onChange={(value) => go({ before, after: Number(value) })} data-testid="compare-after" />
      </div>
      {error && <Banner tone="danger" role="alert" title={t("workflows.loadFailed")}>{t.error(error)}</Banner>}
      {old.data && young.data && changes.data && oldYaml.data !== undefined && youngYaml.data !== undefined ? (
        <DefinitionDiff
          before={{ title: t("workflowRun.version", { version: before }), definition: old.data.definition, yaml: oldYaml.data }}
          after={{ title: t("workflowRun.version", { version: after }), definition: young.data.definition, yaml: youngYaml.data }}
          changes={changes.data}
        />
      ) : (
        !error && <Skeleton label={t("app.loading")} lines={5} isBlock />
      )}
    </Page>
  );
}
