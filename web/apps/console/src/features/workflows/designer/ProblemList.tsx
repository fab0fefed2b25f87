import { useTranslator } from "@openclaw/i18n";
import { IconButton } from "@openclaw/ui";

import type { Definition } from "../canvas/definition.ts";
import type { PlacedProblem } from "./model/problems.ts";
import { nameOf } from "./words.ts";

import "./ProblemList.css";

/** All that is wrong; each leads to where it is. */
export function ProblemList({ definition, problems, onGo, onClose }: { definition: Definition | null; problems: readonly PlacedProblem[]; onGo: (stepId: string | null) => void; onClose: () => void }) {
  const t = useTranslator();
  return (
    <section className="ProblemList" aria-label={t.count("canvas.problems", problems.length)} data-testid="problem-list">
      <header className="ProblemList-head">
        <h2 className="ProblemList-title">{t.count("canvas.problems", problems.length)}</h2>
        <IconButton icon="close" size="s" label={t("app.close")} hasTooltip={false} onPress={onClose} />
      </header>
      <ul className="ProblemList-items">
        {problems.map(({ stepId, field, message }) => (
          <li key={`${stepId} ${field} ${message}`}>
            <button type="button" className="ProblemList-item" onClick={() => onGo(stepId)}>
              <span className="ProblemList-where">{[stepId ? nameOf(definition, stepId) : t("designer.settings"), field.replace(/\.\$(expr|text|secret)$/, "")].filter(Boolean).join(" · ")}</span>
              <span>{message}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
