import type { WorkflowRunState } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Section, Select, Skeleton, TextField } from "@openclaw/ui";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useNow } from "../../../shared/useNow.ts";
import { useTitle } from "../../../shared/useTitle.ts";
import { useWorkflow } from "../versions/queries.ts";
import { WorkflowCrumbs } from "../versions/WorkflowCrumbs.tsx";
import { byDay, PERIODS, spanOf, type Period } from "./days.ts";
import { useWorkflowRuns } from "./queries.ts";
import { RunRows } from "./RunRows.tsx";

import "./WorkflowRunsPage.css";

const STATES: readonly WorkflowRunState[] = ["running", "waiting", "delayed", "completed", "failed", "cancelled"];
const MINUTE_MS = 60_000;

/** Every run of a workflow, by days, with filters. */
export function WorkflowRunsPage({ workflowId }: { workflowId: string }) {
  const t = useTranslator();
  const workflow = useWorkflow(workflowId, null);
  const now = useNow(MINUTE_MS);
  const [state, setState] = useState<WorkflowRunState | "any">("any");
  const [period, setPeriod] = useState<Period>("any");
  const [day, setDay] = useState("");
  const span = spanOf(period, day, now);
  const runs = useWorkflowRuns({ workflow: workflowId, ...(state === "any" ? {} : { state }), ...span });
  const name = workflow.data?.name ?? "";
  useTitle(name ? t("workflowRuns.titleOf", { name }) : t("workflowRuns.title"));

  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = state !== "any" || period !== "any";
  const error = workflow.error ?? runs.error;
  return (

      <Page title={t("workflowRuns.title")} before={<WorkflowCrumbs workflow={workflow.data ?? null} workflowId={workflowId} />}>
        <div className="WorkflowRunsPage-filter">
          <Select
            label={t("workflowRuns.when")}
            value={period}
            options={PERIODS.map((value) => ({ value, label: t(`workflowRuns.period.${value}`) }))}
            onChange={setPeriod}
            data-testid="period"
          />
          {period === "day" && <TextField label={t("workflowRuns.day")} type="date" value={day} onChange={setDay} />}
          <Select
            label={t("workflowRuns.state")}
            value={state}
            options={[{ value: "any" as const, label: t("workflowRuns.anyState") }, ...STATES.map((value) => ({ value, label: t(`workflowRun.state.${value}`) }))]}
            onChange={setState}
            data-testid="run-state"
          />
        </div>
        {error && (
          <Banner tone="danger" role="alert" title={t("workflowRuns.loadFailed")} action={<Button onPress={() => void runs.refetch()}>{t("app.retry")}</Button>}>
            {t.error(error)}
          </Banner>
        )}
        {runs.isPending && <Skeleton label={t("app.loading")} isBlock />}
        {byDay(items, now).map(({ at, daysAgo, items: ofDay }) => (
          <Section key={at.getTime()} title={daysAgo <= 1 ? t(daysAgo < 1 ? "workflowRuns.today" : "workflowRuns.yesterday") : t.format.date(at.toISOString())}>
            <RunRows runs={ofDay} label={t("workflowRuns.title")} />
          </Section>
        ))}
        {runs.data && items.length === 0 && (
          <EmptyState title={t(isNarrowed ? "workflowRuns.noneFound" : "workflowRuns.none")}>{t(isNarrowed ? "workflowRuns.noneFoundText" : "workflowRuns.noneText")}</EmptyState>
        )}
        {runs.hasNextPage && (
          <div className="WorkflowRunsPage-more">
            <Button isPending={runs.isFetchingNextPage} onPress={() => void runs.fetchNextPage()}>
              {t("app.more")}
            </Button>
          </div>
        )}
      </Page>

  );
}
