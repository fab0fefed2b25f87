import { useTranslator } from "@openclaw/i18n";
import { Combo } from "@openclaw/ui";
import { useState } from "react";

import { isRecord } from "../../../shared/json.ts";
import { useSettled } from "../../../shared/useSettled.ts";
import { useChoices, useChosenName, type Choosable } from "../queries.ts";

const TYPING_MS = 200;

/** A workflow, a task or a result that is there, by its name. What is only known at the run is shown as it is written. */
export function Chooser({ what, value, onChange, problem }: { what: Choosable; value: unknown; onChange: (id: string | null) => void; problem: string | null }) {
  const t = useTranslator();
  const id = typeof value === "string" ? value : null;
  const [typed, setTyped] = useState("");
  const chosen = useChosenName(what, id);
  const words = useSettled(typed.trim(), TYPING_MS);
  // The name of what is chosen stands in the field: that is nothing that is looked for.
  const choices = useChoices(what, words === chosen.data ? "" : words);
  const found = choices.data ?? [];
  const options = found.map((one) => ({ value: one.id, label: one.name }));
  if (id !== null && !options.some((option) => option.value === id)) options.unshift({ value: id, label: chosen.data ?? (chosen.error ? t("automations.choiceGone") : "…") });
  const isNarrowedHere = what === "run_task";
  return (
    <Combo
      // The name comes later than the id: a new field shows it.
      key={chosen.data === undefined ? "without" : "named"}
      label={t(`automations.choose.${what}`)}
      value={id}
      options={options}
      onChange={onChange}
      {...(isNarrowedHere ? {} : { onType: setTyped })}
      noneText={choices.error ? t.error(choices.error) : t(choices.isPending ? "app.loading" : `automations.chooseNone.${what}`)}
      placeholder={t(`automations.chooseOne.${what}`)}
      error={problem}
      isRequired
      data-testid={`choose-${what}`}
      {...(isRecord(value) ? { description: t("automations.choiceFilled", { value: JSON.stringify(value) }) } : {})}
    />
  );
}
