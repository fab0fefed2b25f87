/** JSON data, of which nothing more is known. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two pieces of JSON data say the same; the order of an object's keys says nothing. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isRecord(one) || !isRecord(other)) return false;
  const names = Object.keys(one).filter((name) => one[name] !== undefined);
  if (names.length !== Object.keys(other).filter((name) => other[name] !== undefined).length) return false;
  return names.every((name) => isSame(one[name], other[name]));
}

/** An object without one of its fields. */
export function without<Held extends object>(value: Held, field: string): Held {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== field)) as Held;
}

/** The same data without fields that say nothing. */
export function withoutUndefined<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}
