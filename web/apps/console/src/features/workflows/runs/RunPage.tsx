import type { WorkflowDetail, WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useNow } from "../../../shared/useNow.ts";
import { useTitle } from "../../../shared/useTitle.ts";
import { drawable, findStep, type Definition, type Step } from "../canvas/definition.ts";
import { titleOf } from "../canvas/words.ts";
import { WorkflowCanvas } from "../canvas/WorkflowCanvas.tsx";
import { useWorkflow } from "../versions/queries.ts";
import { WorkflowCrumbs } from "../versions/WorkflowCrumbs.tsx";
import { Body } from "./Body.tsx";
import { Files } from "./Files.tsx";
import { useWorkflowRun } from "./queries.ts";
import { RepeatDialog } from "./RepeatDialog.tsx";
import { Rounds } from "./Rounds.tsx";
import { RunActions } from "./RunActions.tsx";
import { RunBadge } from "./RunBadge.tsx";
import { StepList } from "./StepList.tsx";
import { StepPanel } from "./StepPanel.tsx";
import { TimeLine } from "./TimeLine.tsx";
import { useTravel } from "./useTravel.ts";

import "./RunPage.css";

const SECOND_MS = 1000;

/** A run: as it goes on, or as it was at any moment. */
export function RunPage({ runId }: { runId: string }) {
  const t = useTranslator();
  const { run, steps } = useWorkflowRun(runId);
  const workflowId = run.data?.workflowId ?? "";
  const workflow = useWorkflow(workflowId, run.data?.version ?? null, run.data !== undefined);
  const name = workflow.data?.name ?? "";
  useTitle(name ? t("workflowRun.titleOf", { name }) : t("workflowRun.title"));

  const error = run.error ?? steps.error ?? workflow.error;
  const definition = useMemo(() => drawable(workflow.data?.definition), [workflow.data]);
  const crumbs = <WorkflowCrumbs workflow={workflow.data ?? null} {...(workflowId ? { workflowId } : {})} />;
  const title = run.data ? t("workflowRun.titleAt", { when: t.format.dateTime(run.data.createdAt) }) : t("workflowRun.title");
  if (!run.data || !steps.data || !workflow.data) {
    return (
      <Page title={title} before={crumbs} isWide>
        {error ? (
          <Banner
            tone="danger"
            role="alert"
            title={t("workflowRun.loadFailed")}
            action={<Button onPress={() => void Promise.all([run.refetch(), steps.refetch()])}>{t("app.retry")}</Button>}
          >
            {t.error(error)}
          </Banner>
        ) : (
          <Skeleton label={t("app.loading")} lines={6} isBlock />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={title}
      before={crumbs}
      isWide
      badges={
        <span className="RunPage-badges" data-testid="run-state" data-state={run.data.state} data-paused={run.data.paused || undefined}>
          <RunBadge state={run.data.state} isPaused={run.data.paused} />
          {run.data.dry && <Badge>{t("workflowRun.dry")}</Badge>}
        </span>
      }
      action={<RunActions run={run.data} />}
    >
      <div className="RunPage">
        <RunFacts run={run.data} />
        {error && <Banner tone="attention">{t.error(error)}</Banner>}
        {definition ? (
          <Picture key={runId} run={run.data} rows={steps.data} workflow={workflow.data} definition={definition} />
        ) : (
          <EmptyState title={t("workflows.noPicture")} />
        )}
      </div>
    </Page>
  );
}

function RunFacts({ run }: { run: WorkflowRun }) {
  const t = useTranslator();
  const now = useNow(SECOND_MS, run.finishedAt === null);
  const end = run.finishedAt ? Date.parse(run.finishedAt) : now;
  return (
    <p className="RunPage-facts">
      <span>{t("workflowRun.version", { version: run.version })}</span>
      {run.startedAt && <span>{t(run.finishedAt ? "workflowRun.tookAll" : "workflowRun.soFar", { time: t.format.span(end - Date.parse(run.startedAt)) })}</span>}
      {run.originRunId && (
        <Link to="/workflow-runs/$runId" params={{ runId: run.originRunId }}>
          {run.fromPath ? t("workflowRun.againFrom", { step: run.fromPath }) : t("workflowRun.againOf")}
        </Link>
      )}
      {run.parentRunId && (
        <Link to="/workflow-runs/$runId" params={{ runId: run.parentRunId }}>
          {t("workflowRun.ofAnother")}
        </Link>
      )}
    </p>
  );
}

/** Where the run failed; the step says why. Without a step that could say it, it is said here. */
function RunError({ error, step, onShow }: { error: NonNullable<WorkflowRun["error"]>; step: Step | null; onShow: () => void }) {
  const t = useTranslator();
  if (!step) {
    return (
      <Banner tone="danger" title={t("workflowRun.failed")} data-testid="run-error">
        {error.title}
      </Banner>
    );
  }
  return (
    <Banner
      tone="danger"
      title={t("workflowRun.failedAt", { step: titleOf(step) })}
      action={
        <Button size="s" onPress={onShow} data-testid="show-failed">
          {t("workflowRun.showFailed")}
        </Button>
      }
      data-testid="run-error"
    />
  );
}

interface PictureProps {
  run: WorkflowRun;
  rows: readonly WorkflowStepRun[];
  workflow: WorkflowDetail;
  definition: Definition;
}

function Picture({ run, rows, workflow, definition }: PictureProps) {
  const t = useTranslator();
  const travel = useTravel(run, rows, definition);
  const [repeating, setRepeating] = useState<string | null>(null);
  const { selected, path, moments } = travel;
  const step = selected === null ? null : (findStep(definition, selected)?.step ?? null);
  const timed = path === null ? null : (travel.byPath.get(path) ?? null);
  const isOver = run.finishedAt !== null;
  const panel = useRef<HTMLElement>(null);
  const failed = run.error?.path ? (travel.byPath.get(run.error.path) ?? null) : null;
  // Only a step that is in the picture, with its error, can say why.
  const failedStep = failed?.row?.error ? (findStep(definition, failed.stepId)?.step ?? null) : null;
  const show = () => {
    if (!failed) return;
    travel.choose(null);
    travel.selectPath(failed.path);
    panel.current?.focus();
  };
  const from = moments[0]?.at ?? 0;
  const until = isOver ? (moments.at(-1)?.at ?? from) : Date.now() * 1000;
  return (
    <>
      {run.error && <RunError error={run.error} step={failedStep} onShow={show} />}
      <TimeLine moments={moments} index={travel.index} onChoose={travel.choose} isLive={travel.isLive} />
      <div className="RunPage-canvas">
        <WorkflowCanvas
          definition={definition}
          states={travel.shown}
          selected={selected === null ? [] : [selected]}
          onSelect={(ids) => travel.select(ids.at(-1) ?? null)}
          readOnly
          label={t("workflowRun.canvas")}
        />
      </div>
      <div className="RunPage-work">
        {rows.length === 0 && run.working.length === 0 ? (
          <EmptyState title={t("workflowRun.noSteps")} />
        ) : (
          <StepList steps={travel.steps} states={travel.states} from={from} until={until} selected={path} onSelect={travel.selectPath} />
        )}
        <aside className="RunPage-panel" aria-label={t("workflowRun.panel")} ref={panel} tabIndex={-1}>
          {step ? (
            <StepPanel
              key={`${step.id}:${path}`}
              run={run}
              step={step}
              timed={timed}
              seen={path === null ? null : (travel.states.get(path) ?? null)}
              rounds={
                travel.loops.length > 0 && (
                  <div>
                    {travel.loops.map((loop) => (
                      <Rounds key={loop.path} loop={loop} isChosen={travel.chosen.has(loop.path)} onChoose={(round) => travel.chooseRound(loop.path, round)} />
                    ))}
                  </div>
                )
              }
              onRepeat={isOver && path !== null ? () => setRepeating(path) : null}
            />
          ) : (
            <div className="RunPage-whole" data-testid="run-panel">
              <h2 className="visually-hidden">{t("workflowRun.whole")}</h2>
              <p className="RunPage-hint">{t("workflowRun.pickStep")}</p>
              <Files runId={run.id} value={run.output} />
              <Body title={t("workflowRun.output")} value={run.output} fileName={`${run.id}-output`} />
              <Body title={t("workflowRun.input")} value={run.input} fileName={`${run.id}-input`} />
            </div>
          )}
        </aside>
      </div>
      {repeating !== null && (
        <RepeatDialog
          run={run}
          path={repeating}
          row={travel.byPath.get(repeating)?.row ?? null}
          latestVersion={workflow.latestVersion}
          onClose={() => setRepeating(null)}
        />
      )}
    </>
  );
}
