import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Skeleton } from "@openclaw/ui";

import { TaskRunRow, useTaskRuns } from "../../tasks/index.ts";

import "./RunsPart.css";

/** What was launched from the system: in which state, since when, where, for how much. */
export function RunsPart({ systemId }: { systemId: string }) {
  const t = useTranslator();
  const runs = useTaskRuns({ systemId });
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
            <TaskRunRow key={run.id} run={run} />
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
