import { useTranslator } from "@openclaw/i18n";
import { Button, IconButton, Select } from "@openclaw/ui";

import type { LoopAround } from "./rounds.ts";

import "./Rounds.css";

export interface RoundsProps {
  loop: LoopAround;
  /** Whether somebody has chosen the round; else it is the one that says most. */
  isChosen: boolean;
  onChoose: (round: number | null) => void;
}

/** Browse the rounds of a loop. */
export function Rounds({ loop, isChosen, onChoose }: RoundsProps) {
  const t = useTranslator();
  const { rounds, shown, stepId } = loop;
  const at = rounds.findIndex(({ index }) => index === shown);
  const go = (to: number) => onChoose(rounds[to]?.index ?? shown);
  return (
    <div className="Rounds" role="group" aria-label={t("workflowRun.roundsOf", { step: stepId })} data-testid="rounds">
      <span className="Rounds-label">{stepId}</span>
      <IconButton icon="chevronLeft" size="s" label={t("workflowRun.previousRound")} isDisabled={at <= 0} onPress={() => go(at - 1)} data-testid="round-previous" />
      <Select
        label={t("workflowRun.roundsOf", { step: stepId })}
        isLabelHidden
        isQuiet
        value={String(shown)}
        options={rounds.map(({ index, status }) => ({
          value: String(index),
          label: t("workflowRun.round", { number: index + 1, count: rounds.length }),
          detail: t(`canvas.status.${status}`),
        }))}
        onChange={(value) => onChoose(Number(value))}
        data-testid="round"
      />
      <IconButton icon="chevronRight" size="s" label={t("workflowRun.nextRound")} isDisabled={at >= rounds.length - 1} onPress={() => go(at + 1)} data-testid="round-next" />
      {isChosen && (
        <Button size="s" tone="quiet" onPress={() => onChoose(null)}>
          {t("workflowRun.allRounds")}
        </Button>
      )}
    </div>
  );
}
