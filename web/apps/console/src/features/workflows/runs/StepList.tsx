import { useTranslator } from "@openclaw/i18n";
import { Button, classes } from "@openclaw/ui";
import { useState } from "react";

import { micros, type Seen, type TimedStep } from "./moments.ts";

import "./StepList.css";

const AT_FIRST = 100;

export interface StepListProps {
  /** In the order in which they began, those of the shown rounds. */
  steps: readonly TimedStep[];
  states: ReadonlyMap<string, Seen>;
  /** Microseconds. */
  from: number;
  until: number;
  selected: string | null;
  onSelect: (path: string) => void;
}

/** Every step that has begun, with when and for how long; those that have not yet at the shown moment are pale. */
export function StepList({ steps, states, from, until, selected, onSelect }: StepListProps) {
  const t = useTranslator();
  const [limit, setLimit] = useState(AT_FIRST);
  const whole = Math.max(1, until - from);
  const at = (time: number) => Math.min(1000, Math.max(0, ((time - from) / whole) * 1000));
  return (
    <div className="StepList">
      <ol className="StepList-rows" aria-label={t("workflowRun.steps")}>
        {steps.slice(0, limit).map((step) => {
          const { path, finishedAt } = step;
          const seen = states.get(path);
          const status = seen?.status ?? "pending";
          const begin = step.status === "reused" ? from : micros(step.startedAt);
          const end = step.status === "reused" ? from : finishedAt ? micros(finishedAt) : until;
          const took = step.status === "reused" || step.status === "skipped" ? "" : t.format.span((end - begin) / 1000);
          return (
            <li key={path}>
              <button
                type="button"
                className={classes("StepList-row", path === selected && "StepList-row--selected")}
                data-testid="step-row"
                data-path={path}
                data-status={status}
                aria-current={path === selected}
                onClick={() => onSelect(path)}
              >
                <span className="StepList-dot" data-status={status} />
                <span className="StepList-name">
                  <span className="StepList-within">{path.slice(0, path.length - step.stepId.length)}</span>
                  {step.stepId}
                </span>
                <span className="StepList-status">{t(`canvas.status.${status}`)}</span>
                <svg className="StepList-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect className="StepList-span" data-status={status} x={Math.min(at(begin), 992)} y={1} width={Math.max(8, at(end) - at(begin))} height={8} />
                </svg>
                <span className="StepList-took">{took}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {steps.length > limit && (
        <Button size="s" onPress={() => setLimit(limit * 4)}>
          {t("workflowRun.moreSteps", { count: t.format.number(steps.length - limit) })}
        </Button>
      )}
    </div>
  );
}
