/** Runs by days, in the time of whoever looks at them. */

export type Period = "any" | "today" | "yesterday" | "week" | "day";
export const PERIODS: readonly Period[] = ["any", "today", "yesterday", "week", "day"];

export interface Span {
  since?: string;
  until?: string;
}

function midnight(time: Date, days = 0): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + days);
}

/** The instants between which a period lies. `day` is what a date field says: 2026-11-26. */
export function spanOf(period: Period, day: string, now: number): Span {
  const today = new Date(now);
  const span = (since: Date, until?: Date): Span => ({ since: since.toISOString(), ...(until ? { until: until.toISOString() } : {}) });
  switch (period) {
    case "any":
      return {};
    case "today":
      return span(midnight(today));
    case "yesterday":
      return span(midnight(today, -1), midnight(today));
    case "week":
      return span(midnight(today, -6));
    case "day": {
      const [year, month, date] = day.split("-").map(Number);
      if (!year || !month || !date) return {};
      const begin = new Date(year, month - 1, date);
      return span(begin, midnight(begin, 1));
    }
  }
}

export interface Day<Item> {
  /** Local midnight. */
  at: Date;
  /** 0 today, 1 yesterday; more otherwise. */
  daysAgo: number;
  items: Item[];
}

/** Runs, which come the newest first, by the days on which they were started. */
export function byDay<Item extends { createdAt: string }>(items: readonly Item[], now: number): Day<Item>[] {
  const today = midnight(new Date(now));
  const days: Day<Item>[] = [];
  for (const item of items) {
    const at = midnight(new Date(item.createdAt));
    const last = days.at(-1);
    if (last && last.at.getTime() === at.getTime()) last.items.push(item);
    else days.push({ at, daysAgo: Math.round((today.getTime() - at.getTime()) / 86_400_000), items: [item] });
  }
  return days;
}
