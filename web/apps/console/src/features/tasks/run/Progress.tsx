import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Section } from "@openclaw/ui";

import { useNow } from "../../../shared/useNow.ts";
import { isOver, phasesOf } from "../model.ts";
import { useWhere } from "../useRunFacts.ts";
import { Meter } from "./Meter.tsx";
import { Stage } from "./Stage.tsx";

import "./Progress.css";

const SECOND_MS = 1000;

/** How far it is, where, since when, and how much of its time is gone. */
export function Progress({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const where = useWhere();
  const now = useNow(SECOND_MS, !isOver(run));
  const until = run.finishedAt ? Date.parse(run.finishedAt) : now;
  const since = run.dispatchedAt ? Date.parse(run.dispatchedAt) : null;
  return (
    <Section title={t("taskRun.progress")}>
      <ol data-testid="task-progress">
        {phasesOf(run).map(({ name, at, state }) => (
          <Stage key={name} state={state} name={t(`taskRun.phase.${name}`)}>
            {at && (
              <time className="Progress-when" dateTime={at} title={t.format.dateTime(at)}>
                {t.format.instant(at).slice(0, 8)}
              </time>
            )}
          </Stage>
        ))}
      </ol>
      <dl className="Progress-facts">
        <dt>{t("taskRun.where")}</dt>
        <dd>{where(run, run.device?.name ?? null)}</dd>
        {run.target.runtime === "pi" && (
          <>
            <dt>{t("sync.label")}</dt>
            <dd>{t(`sync.${run.target.syncMode}.text`)}</dd>
          </>
        )}
        {run.startedAt && (
          <>
            <dt>{t("taskRun.time")}</dt>
            <dd>{t.format.span(Math.max(0, until - Date.parse(run.startedAt)))}</dd>
          </>
        )}
        {run.attempt > 1 && (
          <>
            <dt>{t("taskRun.attempt")}</dt>
            <dd>{t.format.number(run.attempt)}</dd>
          </>
        )}
      </dl>
      {run.timeLimitSeconds !== null && (
        <Meter
          label={t("taskRun.timeLimit")}
          text={t("taskRun.ofLimit", { used: t.format.span(since === null ? 0 : Math.max(0, until - since)), limit: t.format.span(run.timeLimitSeconds * SECOND_MS) })}
          share={since === null ? 0 : Math.min(1, (until - since) / (run.timeLimitSeconds * SECOND_MS))}
        />
      )}
    </Section>
  );
}
