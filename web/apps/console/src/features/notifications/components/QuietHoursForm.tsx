import { useTranslator } from "@openclaw/i18n";
import { Button, Checkbox, Section, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { clockOf, minutesOf } from "../hours.ts";
import type { ReachKindsProps } from "./ReachKinds.tsx";

import "./QuietHoursForm.css";

const NIGHT = { begin: 22 * 60, end: 7 * 60 };
const ESCALATIONS = [0, 5, 10, 30, 60, 240];

/** When to be left alone, and when a question that waits comes all the same. */
export function QuietHoursForm({ settings, isPending, onChange }: ReachKindsProps) {
  const t = useTranslator();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { quietHours, escalateMinutes } = settings;
  const [isOn, setOn] = useState(quietHours !== null);
  const [begin, setBegin] = useState(clockOf((quietHours ?? NIGHT).begin));
  const [end, setEnd] = useState(clockOf((quietHours ?? NIGHT).end));
  // Nobody has chosen UTC by doing nothing.
  const [zone, setZone] = useState(quietHours === null && settings.timeZone === "UTC" ? here : settings.timeZone);
  const [minutes, setMinutes] = useState(escalateMinutes);
  const [hasTried, setTried] = useState(false);
  const from = minutesOf(begin);
  const until = minutesOf(end);
  const isSame = isOn && from !== null && from === until;
  const isMissing = isOn && (from === null || until === null);
  const choices = ESCALATIONS.includes(minutes) ? ESCALATIONS : [...ESCALATIONS, minutes].sort((a, b) => a - b);

  const save = () => {
    setTried(true);
    if (isSame || isMissing || !zone.trim()) return;
    onChange({
      timeZone: zone.trim(),
      quietHours: isOn && from !== null && until !== null ? { begin: from, end: until } : null,
      escalateMinutes: minutes,
    });
  };

  return (
    <Section title={t("reach.hoursTitle")} description={t("reach.hoursText")}>
      <form
        className="QuietHoursForm"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Checkbox label={t("reach.hoursOn")} isSelected={isOn} onChange={setOn} />
        {isOn && (
          <div className="QuietHoursForm-times">
            <TextField label={t("reach.from")} type="time" value={begin} onChange={setBegin} error={hasTried && from === null ? t("form.required") : null} />
            <TextField
              label={t("reach.until")}
              type="time"
              value={end}
              onChange={setEnd}
              error={hasTried && until === null ? t("form.required") : isSame ? t("reach.sameTimes") : null}
            />
          </div>
        )}
        <TextField
          label={t("reach.zone")}
          value={zone}
          onChange={setZone}
          description={t("reach.zoneHint")}
          maxLength={64}
          error={hasTried && !zone.trim() ? t("form.required") : null}
        />
        {zone !== here && (
          <div>
            <Button size="s" tone="quiet" onPress={() => setZone(here)}>
              {t("reach.zoneHere", { zone: here })}
            </Button>
          </div>
        )}
        <Select
          label={t("reach.escalate")}
          description={t("reach.escalateText")}
          value={String(minutes)}
          options={choices.map((each) => ({ value: String(each), label: each === 0 ? t("reach.never") : t.count("reach.minutes", each) }))}
          onChange={(value) => setMinutes(Number(value))}
        />
        <div>
          <Button type="submit" tone="primary" isPending={isPending} data-testid="save-hours">
            {t("app.save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
