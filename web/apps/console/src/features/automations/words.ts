import type { AutomationAction, AutomationRun, AutomationTrigger } from "@openclaw/api";
import type { Translator } from "@openclaw/i18n";

import { spanOf } from "./model/draft.ts";
import { rhythmOf } from "./model/rhythm.ts";

/** 2023-01-01 was a Sunday. */
const SUNDAY = Date.UTC(2023, 0, 1);
const DAY_MS = 86_400_000;

/** The name of a day of the week, 0 for Sunday. */
export function weekday(t: Translator, day: number, length: "short" | "long" = "long"): string {
  return new Intl.DateTimeFormat(t.locale, { weekday: length, timeZone: "UTC" }).format(SUNDAY + day * DAY_MS);
}

/** “Weekdays at 09:00”: when a cron expression comes, or the expression itself. */
export function rhythmWords(t: Translator, cron: string): string {
  const rhythm = rhythmOf(cron);
  switch (rhythm.kind) {
    case "minutes":
      return t("automations.rhythm.minutesText", { count: rhythm.every });
    case "hour":
      return t("automations.rhythm.hourText", { minute: String(rhythm.minute).padStart(2, "0") });
    case "day":
      return t("automations.rhythm.dayText", { time: rhythm.time });
    case "weekdays":
      return t("automations.rhythm.weekdaysText", { time: rhythm.time });
    case "week": {
      const days = new Intl.ListFormat(t.locale, { type: "unit", style: "short" }).format(rhythm.days.map((day) => weekday(t, day, "short")));
      return t("automations.rhythm.weekText", { days, time: rhythm.time });
    }
    case "month":
      return t("automations.rhythm.monthText", { day: rhythm.day, time: rhythm.time });
    case "custom":
      return t("automations.rhythm.customText", { cron: rhythm.cron });
  }
}

/** A span of seconds in its largest whole unit. */
export function spanWords(t: Translator, seconds: number): string {
  const { amount, unit } = spanOf(seconds);
  return t.count(`automations.span.${unit}`, Number(amount));
}

function eachWords(t: Translator, seconds: number): string {
  const { amount, unit } = spanOf(seconds);
  return t.count(`automations.each.${unit}`, Number(amount));
}

/** What sets it off, in a line. */
export function triggerWords(t: Translator, trigger: AutomationTrigger): string {
  switch (trigger.kind) {
    case "schedule":
      return t("automations.atZone", { when: rhythmWords(t, trigger.cron), zone: trigger.zone });
    case "interval":
      return eachWords(t, trigger.seconds);
    case "event":
      return t("automations.onEvent", { event: eventWords(t, trigger.event) });
    default:
      return t(`automations.on.${trigger.kind}`);
  }
}

export function eventWords(t: Translator, event: string): string {
  const key = `automations.event.${event}`;
  return t.has(key) ? t(key) : event;
}

export function actionWords(t: Translator, { kind }: Pick<AutomationAction, "kind">): string {
  const key = `automations.action.${kind}`;
  return t.has(key) ? t(key) : kind;
}

/** What set a run off. */
export function reasonWords(t: Translator, { reason }: Pick<AutomationRun, "reason">): string {
  const { kind, event, dueAt, missed } = reason;
  if (kind === "event" && typeof event === "string") return t("automations.onEvent", { event: eventWords(t, event) });
  if (kind === "webhook") return t("automations.reason.webhook");
  if (kind !== "schedule" || typeof dueAt !== "string") return t("automations.reason.manual");
  const due = t("automations.reason.due", { when: t.format.dateTime(dueAt) });
  return Number(missed) > 0 ? `${due} · ${t.count("automations.reason.missed", Number(missed))}` : due;
}

/** Why a run did nothing. */
export function skippedWords(t: Translator, why: string): string {
  const key = `automations.skipped.${why}`;
  return t.has(key) ? t(key) : why;
}

/** What leads to the thing that a run has made. */
export function madeWords(t: Translator, kind: string): string {
  const key = `automations.made.${kind}`;
  return t.has(key) ? t(key) : kind;
}
