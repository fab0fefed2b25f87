import type { TaskEvent, TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Section } from "@openclaw/ui";

import { useSystem } from "../../../shared/useSystem.ts";
import { stagesOf, stageStates } from "../model.ts";
import { Stage } from "./Stage.tsx";

/** The stages that the system of the run works in, in order, and how far each is: the agent says when it begins one. */
export function Plan({ run, systemId, events }: { run: TaskRun; systemId: string; events: readonly TaskEvent[] }) {
  const t = useTranslator();
  const stages = stagesOf(useSystem(systemId).data?.profile ?? null);
  if (stages.length === 0) return null;
  const states = stageStates(stages.length, events, run);
  return (
    <Section title={t("taskRun.plan")}>
      <ol data-testid="task-plan">
        {stages.map(({ id, title, isByPerson }, index) => {
          const state = states[index] ?? "ahead";
          return (
            <Stage key={id} state={state} name={isByPerson ? t("taskRun.stageByPerson", { title }) : title}>
              {state === "done" && <span className="visually-hidden">{t("taskRun.stage.done")}</span>}
              {state === "stopped" && <span className="visually-hidden">{t("taskRun.stage.stopped")}</span>}
            </Stage>
          );
        })}
      </ol>
    </Section>
  );
}
