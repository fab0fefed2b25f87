import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";

import { placeOf } from "./model.ts";

/** Where a run works, in words. */
export function useWhere(): (run: Pick<TaskRun, "target">, name: string | null) => string {
  const t = useTranslator();
  return (run, name) => {
    const place = placeOf(run, name);
    return t(`tasks.where.${place.key}`, { device: place.name || t("tool.someDevice"), labels: place.labels });
  };
}

/** The few facts of a run that a list shows: where, since when, how long, at what cost. */
export function useRunFacts(run: TaskRun): string[] {
  const t = useTranslator();
  const where = useWhere();
  const { costMicros } = run.totals;
  return [
    ...(run.system ? [run.system.name] : []),
    where(run, run.device?.name ?? null),
    t(run.finishedAt ? "tasks.endedWhen" : "tasks.launchedWhen", { when: t.format.relative(run.finishedAt ?? run.createdAt) }),
    ...(run.startedAt && run.finishedAt ? [t.format.span(Date.parse(run.finishedAt) - Date.parse(run.startedAt))] : []),
    ...(costMicros ? [t.format.cost(costMicros)] : []),
  ];
}
