/** Cron expressions as people say them. Whatever cannot be said so stays an expression. */
export type Rhythm =
  | { kind: "minutes"; every: number }
  | { kind: "hour"; minute: number }
  | { kind: "day"; time: string }
  | { kind: "weekdays"; time: string }
  /** Days from 0, Sunday. */
  | { kind: "week"; days: readonly number[]; time: string }
  | { kind: "month"; day: number; time: string }
  | { kind: "custom"; cron: string };

export type RhythmKind = Rhythm["kind"];

export const RHYTHMS: readonly RhythmKind[] = ["minutes", "hour", "day", "weekdays", "week", "month", "custom"];
/** Those that part an hour evenly. */
export const MINUTES: readonly number[] = [5, 10, 15, 20, 30];
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const NUMBER = /^\d{1,2}$/;

export function cronOf(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case "minutes":
      return `*/${rhythm.every} * * * *`;
    case "hour":
      return `${rhythm.minute} * * * *`;
    case "day":
      return `${clock(rhythm.time)} * * *`;
    case "weekdays":
      return `${clock(rhythm.time)} * * 1-5`;
    case "week":
      return `${clock(rhythm.time)} * * ${[...rhythm.days].sort().join(",")}`;
    case "month":
      return `${clock(rhythm.time)} ${rhythm.day} * *`;
    case "custom":
      return rhythm.cron;
  }
}

export function rhythmOf(cron: string): Rhythm {
  const custom: Rhythm = { kind: "custom", cron };
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return custom;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  if (month !== "*") return custom;
  if (hour === "*") {
    if (day !== "*" || weekday !== "*") return custom;
    const every = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
    if (every && MINUTES.includes(Number(every))) return { kind: "minutes", every: Number(every) };
    return isWithin(minute, 0, 59) ? { kind: "hour", minute: Number(minute) } : custom;
  }
  if (!isWithin(minute, 0, 59) || !isWithin(hour, 0, 23)) return custom;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (weekday === "*") {
    if (day === "*") return { kind: "day", time };
    return isWithin(day, 1, 31) ? { kind: "month", day: Number(day), time } : custom;
  }
  if (day !== "*") return custom;
  if (weekday === "1-5") return { kind: "weekdays", time };
  const days = weekday.split(",");
  return days.every((one) => /^[0-6]$/.test(one)) ? { kind: "week", days: days.map(Number), time } : custom;
}

/** The same rhythm said in another way, as near as it goes. */
export function turnedInto(rhythm: Rhythm, kind: RhythmKind): Rhythm {
  const time = "time" in rhythm ? rhythm.time : "09:00";
  switch (kind) {
    case "minutes":
      return { kind, every: 15 };
    case "hour":
      return { kind, minute: 0 };
    case "week":
      return { kind, days: [1], time };
    case "month":
      return { kind, day: 1, time };
    case "custom":
      return { kind, cron: cronOf(rhythm) };
    default:
      return { kind, time };
  }
}

export function isComplete(rhythm: Rhythm): boolean {
  if ("time" in rhythm && !TIME.test(rhythm.time)) return false;
  return rhythm.kind !== "week" || rhythm.days.length > 0;
}

function clock(time: string): string {
  const [, hour = "0", minute = "0"] = TIME.exec(time) ?? [];
  return `${Number(minute)} ${Number(hour)}`;
}

function isWithin(text: string, least: number, most: number): boolean {
  return NUMBER.test(text) && Number(text) >= least && Number(text) <= most;
}
