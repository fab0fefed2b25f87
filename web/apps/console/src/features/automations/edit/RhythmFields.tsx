import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { cronOf, isComplete, MINUTES, rhythmOf, RHYTHMS, turnedInto, type Rhythm } from "../model/rhythm.ts";
import { weekday } from "../words.ts";

import "./RhythmFields.css";

/** Monday first, as calendars of work have it; Sunday is 0. */
const WEEK: readonly number[] = [1, 2, 3, 4, 5, 6, 0];
const MINUTES_OF_HOUR = Array.from({ length: 12 }, (_, index) => index * 5);
const DAYS_OF_MONTH = Array.from({ length: 31 }, (_, index) => index + 1);

/** A cron expression, said in words; for whoever writes them, the expression itself. */
export function RhythmFields({ cron, onChange, problem }: { cron: string; onChange: (cron: string) => void; problem: string | null }) {
  const t = useTranslator();
  const [rhythm, setRhythm] = useState<Rhythm>(() => rhythmOf(cron));
  const set = (next: Rhythm) => {
    setRhythm(next);
    // What is not finished is told as missing when it is saved.
    onChange(isComplete(next) ? cronOf(next) : "");
  };
  return (
    <div className="RhythmFields">
      <div className="RhythmFields-line">
        <Select
          label={t("automations.rhythm")}
          value={rhythm.kind}
          options={RHYTHMS.map((value) => ({ value, label: t(`automations.rhythm.${value}`) }))}
          onChange={(kind) => set(turnedInto(rhythm, kind))}
          data-testid="rhythm"
        />
        {rhythm.kind === "minutes" && (
          <Select
            label={t("automations.rhythm.every")}
            value={String(rhythm.every)}
            options={MINUTES.map((count) => ({ value: String(count), label: t.count("automations.span.minutes", count) }))}
            onChange={(every) => set({ kind: "minutes", every: Number(every) })}
          />
        )}
        {rhythm.kind === "hour" && (
          <Select
            label={t("automations.rhythm.minute")}
            value={String(rhythm.minute)}
            options={[...new Set([rhythm.minute, ...MINUTES_OF_HOUR])].sort((a, b) => a - b).map((minute) => ({ value: String(minute), label: `:${String(minute).padStart(2, "0")}` }))}
            onChange={(minute) => set({ kind: "hour", minute: Number(minute) })}
          />
        )}
        {rhythm.kind === "month" && (
          <Select
            label={t("automations.rhythm.dayOfMonth")}
            value={String(rhythm.day)}
            options={DAYS_OF_MONTH.map((day) => ({ value: String(day), label: String(day) }))}
            onChange={(day) => set({ ...rhythm, day: Number(day) })}
            {...(rhythm.day > 28 ? { description: t("automations.rhythm.shortMonths") } : {})}
          />
        )}
        {"time" in rhythm && <TextField label={t("automations.rhythm.time")} type="time" value={rhythm.time} onChange={(time) => set({ ...rhythm, time })} error={rhythm.kind === "week" ? null : problem} isRequired />}
        {rhythm.kind === "custom" && (
          <TextField label={t("automations.rhythm.cron")} value={rhythm.cron} onChange={(next) => set({ kind: "custom", cron: next })} isMono error={problem} description={t("automations.rhythm.cronText")} isRequired maxLength={200} />
        )}
      </div>
      {rhythm.kind === "week" && (
        <fieldset className="RhythmFields-days">
          <legend className="RhythmFields-legend">{t("automations.rhythm.days")}</legend>
          <div className="RhythmFields-boxes">
            {WEEK.map((day) => (
              <Checkbox key={day} label={weekday(t, day)} isSelected={rhythm.days.includes(day)} onChange={(isOn) => set({ ...rhythm, days: isOn ? [...rhythm.days, day] : rhythm.days.filter((one) => one !== day) })} />
            ))}
          </div>
          {problem && (
            <p className="RhythmFields-problem" role="alert">
              {problem}
            </p>
          )}
        </fieldset>
      )}
    </div>
  );
}
