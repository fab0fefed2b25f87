const FIRST_MS = 500;
const CEILING_MS = 30_000;

/**
 * Milliseconds before try number `attempt` (from 0). Doubles to a ceiling; half of it is random, so that the
 * clients of a restarted gateway do not all come back in the same instant.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(CEILING_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(whole / 2 + (whole / 2) * random());
}
