import type { SystemTaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Row, Rows, Skeleton, type Tone } from "@openclaw/ui";

import { useSystemRuns } from "../queries.ts";
import { RunLink } from "./RunLink.tsx";

import "./RunsPart.css";

const TONES: Partial<Record<SystemTaskRun["state"], Tone>> = {
  running: "accent",
  waiting_approval: "attention",
  waiting_device: "attention",
  failed: "danger",
  timed_out: "danger",
  lost: "danger",
};

/** What was launched from the system: in which state, since when, where, for how much. */
export function RunsPart({ systemId }: { systemId: string }) {
  const t = useTranslator();
  const runs = useSystemRuns(systemId);
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {runs.error && (
        <Banner tone="danger" role="alert" title={t("systems.runsFailed")} action={<Button onPress={() => void runs.refetch()}>{t("app.retry")}</Button>}>
          {t.error(runs.error)}
        </Banner>
      )}
      {runs.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {runs.data && items.length === 0 && <EmptyState title={t("systems.noRuns")}>{t("systems.noRunsText")}</EmptyState>}
      {items.length > 0 && (
        <Rows label={t("systems.part.runs")}>
          {items.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </Rows>
      )}
      {runs.hasNextPage && (
        <div className="RunsPart-more">
          <Button isPending={runs.isFetchingNextPage} onPress={() => void runs.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function RunRow({ run }: { run: SystemTaskRun }) {
  const t = useTranslator();
  const { id, title, state, isPaused, device, totals, createdAt, finishedAt } = run;
  const facts = [
    t("systems.launchedAt", { when: t.format.relative(createdAt) }),
    ...(finishedAt ? [t.format.span(new Date(finishedAt).getTime() - new Date(createdAt).getTime())] : []),
    ...(device ? [device.name] : []),
    ...(totals.costMicros ? [t.format.cost(totals.costMicros)] : []),
  ];
  return (
    <Row
      data-testid="system-run"
      title={
        <RunLink runId={id} className="RunsPart-link">
          {title}
        </RunLink>
      }
      badges={<Badge tone={TONES[state] ?? "neutral"}>{t(isPaused ? "systems.runPaused" : `systems.runState.${state}`)}</Badge>}
      detail={facts.join(" · ")}
    />
  );
}
