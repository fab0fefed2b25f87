import type { FireTimes } from "@openclaw/api";

export interface Fire {
  at: string;
  /** How far the clocks of the zone are from UTC then: +02:00. */
  offset: string;
  /** The clocks were changed since the time before. */
  isChanged: boolean;
}

/** Times with what the clocks of their zone show: `local` has the offset at its end, or a Z. */
export function firesOf({ items, local }: FireTimes): Fire[] {
  const offsets = local.map((time) => /[+-]\d\d:\d\d$/.exec(time)?.[0] ?? "+00:00");
  return items.map((at, index) => {
    const offset = offsets[index] ?? "+00:00";
    return { at, offset, isChanged: index > 0 && offset !== offsets[index - 1] };
  });
}
