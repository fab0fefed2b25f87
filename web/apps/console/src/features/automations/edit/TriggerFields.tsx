import type { Misfire } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Combo, Segmented, Select, TextField } from "@openclaw/ui";
import { useMemo } from "react";

import { isTimed, spanOf, TRIGGERS, UNITS, type Span } from "../model/draft.ts";
import { useKinds } from "../queries.ts";
import { eventWords } from "../words.ts";
import type { Form } from "./EditAutomationPage.tsx";
import { NextFires } from "./NextFires.tsx";
import { RhythmFields } from "./RhythmFields.tsx";

import "./TriggerFields.css";

const MISFIRES: readonly Misfire[] = ["run_once", "skip", "run_all"];

/** What sets it off, and what becomes of times that could not be kept. */
export function TriggerFields(form: Form) {
  const { draft, change } = form;
  const t = useTranslator();
  return (
    <div className="TriggerFields">
      <Segmented label={t("automations.trigger")} isLabelHidden value={draft.kind} options={TRIGGERS.map((value) => ({ value, label: t(`automations.trigger.${value}`) }))} onChange={(kind) => change({ kind })} />
      {draft.kind === "schedule" && <ScheduleFields {...form} />}
      {draft.kind === "interval" && (
        <SpanField label={t("automations.every")} span={draft.every} onChange={(every) => change({ every })} problem={form.problemAt("seconds")} description={t("automations.everyText")} />
      )}
      {draft.kind === "webhook" && <Banner>{t("automations.webhookText")}</Banner>}
      {draft.kind === "event" && <EventField {...form} />}
      {draft.kind === "manual" && <Banner>{t("automations.manualText")}</Banner>}
      {isTimed(draft) && <MissedFields {...form} />}
      {isTimed(draft) && <NextFires draft={draft} />}
    </div>
  );
}

function ScheduleFields({ draft, change, problemAt }: Form) {
  const t = useTranslator();
  const zones = useMemo(() => zoneNames(draft.zone).map((value) => ({ value, label: value })), [draft.zone]);
  return (
    <>
      <RhythmFields cron={draft.cron} onChange={(cron) => change({ cron })} problem={problemAt("cron")} />
      <Combo
        label={t("automations.zone")}
        value={draft.zone || null}
        options={zones}
        onChange={(zone) => change({ zone: zone ?? "" })}
        noneText={t("automations.zoneNone")}
        description={t("automations.zoneText")}
        error={problemAt("zone")}
        data-testid="zone"
      />
      <div className="TriggerFields-pair">
        <Select
          label={t("automations.skippedHour")}
          value={draft.skippedHour}
          options={(["after", "skip"] as const).map((value) => ({ value, label: t(`automations.skippedHour.${value}`) }))}
          onChange={(skippedHour) => change({ skippedHour })}
          description={t("automations.skippedHourText")}
        />
        <Select
          label={t("automations.repeatedHour")}
          value={draft.repeatedHour}
          options={(["once", "twice"] as const).map((value) => ({ value, label: t(`automations.repeatedHour.${value}`) }))}
          onChange={(repeatedHour) => change({ repeatedHour })}
          description={t("automations.repeatedHourText")}
        />
      </div>
    </>
  );
}

function MissedFields({ draft, change, problemAt }: Form) {
  const t = useTranslator();
  return (
    <div className="TriggerFields-pair">
      <Select
        label={t("automations.misfire")}
        value={draft.misfire}
        options={MISFIRES.map((value) => ({ value, label: t(`automations.misfire.${value}`) }))}
        onChange={(misfire) => change({ misfire })}
        description={t("automations.misfireText")}
      />
      {draft.misfire === "run_all" && (
        <TextField label={t("automations.misfireLimit")} value={draft.misfireLimit} onChange={(misfireLimit) => change({ misfireLimit })} inputMode="numeric" error={problemAt("misfireLimit")} description={t("automations.misfireLimitText")} />
      )}
    </div>
  );
}

function EventField({ draft, change }: Form) {
  const t = useTranslator();
  const events = useKinds().data?.events ?? [draft.event];
  return (
    <Select
      label={t("automations.eventLabel")}
      value={draft.event}
      options={events.map((value) => ({ value, label: eventWords(t, value) }))}
      onChange={(event) => change({ event })}
      description={t("automations.eventText")}
      data-testid="event"
    />
  );
}

export function SpanField({ label, span, onChange, problem, description }: { label: string; span: Span; onChange: (span: Span) => void; problem: string | null; description: string }) {
  const t = useTranslator();
  return (
    <div className="TriggerFields-span">
      <TextField label={label} value={span.amount} onChange={(amount) => onChange({ ...span, amount })} inputMode="decimal" error={problem} description={description} isRequired />
      <Select label={t("automations.unit")} value={span.unit} options={UNITS.map((value) => ({ value, label: t(`automations.unit.${value}`) }))} onChange={(unit) => onChange({ ...span, unit })} />
    </div>
  );
}

/** What the dead-man's switch begins with: a day. */
export const USUAL_EXPECTATION: Span = spanOf(86_400);

function zoneNames(own: string): string[] {
  const names = Intl.supportedValuesOf("timeZone");
  return [...new Set([...(own ? [own] : []), "UTC", ...names])];
}
