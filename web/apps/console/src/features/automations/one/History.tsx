import type { Automation, AutomationRun, AutomationRunState } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, EmptyState, Row, Rows, Section, Select, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { ThingLink } from "../../../shared/addresses.tsx";
import { isRecord } from "../../../shared/json.ts";
import { useLabels } from "../../../shared/useLabels.ts";
import { useAutomationRuns, useCancelRun } from "../queries.ts";
import { RunStateBadge, RunStateDot } from "../StateBadge.tsx";
import { madeWords, reasonWords, skippedWords } from "../words.ts";

import "./History.css";

const STATES: readonly AutomationRunState[] = ["queued", "running", "succeeded", "failed", "cancelled", "skipped"];

/** What it has done: each time with what set it off, how it ended and what it made. */
export function History({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const [state, setState] = useState<AutomationRunState | "any">("any");
  const runs = useAutomationRuns(automation.id, state === "any" ? null : state);
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title={t("automations.history")}
      description={t("automations.historyText")}
      action={
        <Select
          label={t("automations.historyState")}
          isLabelHidden
          value={state}
          options={[{ value: "any" as const, label: t("automations.anyState") }, ...STATES.map((value) => ({ value, label: t(`automations.state.${value}`) }))]}
          onChange={setState}
          data-testid="history-state"
        />
      }
    >
      {runs.error && (
        <Banner tone="danger" role="alert" title={t("automations.historyFailed")} action={<Button onPress={() => void runs.refetch()}>{t("app.retry")}</Button>}>
          {t.error(runs.error)}
        </Banner>
      )}
      {runs.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {runs.data && items.length === 0 && <EmptyState title={t(state === "any" ? "automations.historyNone" : "automations.historyNoneSuch")}>{state === "any" && t("automations.historyNoneText")}</EmptyState>}
      {items.length > 0 && (
        <Rows label={t("automations.history")}>
          {items.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </Rows>
      )}
      {runs.hasNextPage && (
        <div>
          <Button isPending={runs.isFetchingNextPage} onPress={() => void runs.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function RunRow({ run }: { run: AutomationRun }) {
  const t = useTranslator();
  const toast = useToast();
  const labels = useLabels();
  const cancel = useCancelRun();
  const { state, startedAt, finishedAt, createdAt, skippedFor, error, target, input, result } = run;
  const isOpen = state === "queued" || state === "running";
  const took = startedAt && finishedAt ? [t.format.span(Date.parse(finishedAt) - Date.parse(startedAt))] : [];
  const made = target ?? publishedOf(result);
  const details = [
    ...(Object.keys(input).length > 0 ? [{ caption: t("automations.input"), value: input }] : []),
    ...(result === null || result === undefined ? [] : [{ caption: t("automations.result"), value: result }]),
  ];
  return (
    <Row
      data-testid="run-row"
      leading={<RunStateDot state={state} />}
      title={<time dateTime={createdAt}>{t.format.dateTime(createdAt)}</time>}
      badges={<RunStateBadge state={state} />}
      detail={
        <>
          <p>{[reasonWords(t, run), ...took].join(" · ")}</p>
          {skippedFor && <p>{skippedWords(t, skippedFor)}</p>}
          {error && <p className="History-error">{error.title}</p>}
          {made && (
            <p className="History-made">
              <ThingLink id={made.id}>
                {madeWords(t, made.kind)}
              </ThingLink>
            </p>
          )}
          {details.length > 0 && (
            <details className="History-details">
              <summary>{t("automations.details")}</summary>
              {details.map(({ caption, value }) => (
                <CodeBlock key={caption} code={JSON.stringify(value, null, 2)} language="json" caption={caption} labels={labels} isWrapped isBounded />
              ))}
            </details>
          )}
        </>
      }
      actions={
        isOpen && (
          <Button size="s" icon="stop" isPending={cancel.isPending} onPress={() => void cancel.mutateAsync(run.id).catch((failure: unknown) => toast({ text: t.error(failure), tone: "danger" }))}>
            {t("automations.cancelRun")}
          </Button>
        )
      }
    />
  );
}

/** A release has no run of its own: its result names what was published. */
function publishedOf(result: unknown): { kind: string; id: string } | null {
  return isRecord(result) && typeof result["artifactId"] === "string" ? { kind: "publish", id: result["artifactId"] } : null;
}
