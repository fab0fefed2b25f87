import { useTranslator } from "@openclaw/i18n";
import { Section } from "@openclaw/ui";

import { useSystem } from "../../../shared/useSystem.ts";
import { stagesOf } from "../model.ts";

import "./Plan.css";

/** The stages that the system of the run works in, in order; the agent says when it begins each. */
export function Plan({ systemId }: { systemId: string }) {
  const t = useTranslator();
  const stages = stagesOf(useSystem(systemId).data?.profile ?? null);
  if (stages.length === 0) return null;
  return (
    <Section title={t("taskRun.plan")}>
      <ol className="Plan" data-testid="task-plan">
        {stages.map(({ id, title, isByPerson }) => (
          <li key={id}>{isByPerson ? t("taskRun.stageByPerson", { title }) : title}</li>
        ))}
      </ol>
    </Section>
  );
}
