/** Minutes of the day as a clock shows them (`22:05`), which is what a time field holds. */
export function clockOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The minutes of the day in a time field; null while it holds none. */
export function minutesOf(clock: string): number | null {
  const found = /^(\d\d):(\d\d)$/.exec(clock);
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}
