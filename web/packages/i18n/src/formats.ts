const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Formats = ReturnType<typeof createFormats>;

/** Numbers, times and sizes as a language writes them. Times are ISO 8601 or milliseconds. */
export function createFormats(locale: string) {
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const cost = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const precise = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
  const instant = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
  const unit = (name: "hour" | "minute" | "second" | "day") => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow", maximumFractionDigits: 1 });
  const units = { day: unit("day"), hour: unit("hour"), minute: unit("minute"), second: unit("second") };
  const size = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    number: (value: number) => number.format(value),
    compact: (value: number) => compact.format(value),
    /** Millionths of a dollar. */
    cost: (micros: number) => cost.format(micros / 1_000_000),
    dateTime: (time: string | number) => dateTime.format(new Date(time)),
    precise: (time: string | number) => precise.format(new Date(time)),
    /** The time of the day. */
    time: (time: string | number) => clock.format(new Date(time)),
    /** The day, in full. */
    date: (time: string | number) => date.format(new Date(time)),
    /** The time of the day to the millisecond. */
    instant: (time: string | number) => instant.format(new Date(time)),
    relative: (time: string | number, now: number = Date.now()) => {
      const elapsed = new Date(time).getTime() - now;
      const span = Math.abs(elapsed);
      if (span < MINUTE) return relative.format(0, "second");
      if (span < HOUR) return relative.format(Math.round(elapsed / MINUTE), "minute");
      if (span < DAY) return relative.format(Math.round(elapsed / HOUR), "hour");
      if (span < 30 * DAY) return relative.format(Math.round(elapsed / DAY), "day");
      return dateTime.format(new Date(time));
    },
    /** Time that is left, as a clock: 9:05, 1:02:03. */
    countdown: (ms: number) => {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      const two = (value: number) => String(value).padStart(2, "0");
      const hours = Math.floor(seconds / 3600);
      const minutes = Math.floor(seconds / 60) % 60;
      return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    },
    /** How long something took, in its two largest units: 320 ms, 4.2s, 2m 5s, 3h 1m. */
    span: (ms: number) => {
      if (ms < 1) return "<1 ms";
      if (ms < 1000) return `${Math.round(ms)} ms`;
      if (ms < MINUTE) return units.second.format(ms / 1000);
      const parts = ms < HOUR ? ([["minute", MINUTE], ["second", 1000]] as const) : ms < DAY ? ([["hour", HOUR], ["minute", MINUTE]] as const) : ([["day", DAY], ["hour", HOUR]] as const);
      const [large, small] = parts;
      const rest = Math.floor((ms % large[1]) / small[1]);
      return [units[large[0]].format(Math.floor(ms / large[1])), ...(rest > 0 ? [units[small[0]].format(rest)] : [])].join(" ");
    },
    duration: (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${size.format(ms / 1000)} s`),
    bytes: (bytes: number) => {
      const units = ["B", "KiB", "MiB", "GiB", "TiB"];
      let value = bytes;
      let unit = 0;
      while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
      }
      return `${size.format(value)} ${units[unit]}`;
    },
  };
}
