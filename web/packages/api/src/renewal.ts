import type { Renewal } from "./http.ts";

const LOCK = "openclaw-session-renewal";
const STAMP = "openclaw.session.renewedAt";

/**
 * Renews in one tab at a time. The refresh token rotates and its reuse ends the whole session family, so two tabs
 * that renewed with the same cookie would sign the user out. The second tab finds the first one's stamp instead.
 */
export function browserRenewal(storage: Storage, locks: LockManager | undefined): Renewal {
  const now = () => Date.now();
  return {
    now,
    async run(startedAt, renew) {
      const once = async (): Promise<boolean> => {
        if (Number(storage.getItem(STAMP) ?? 0) >= startedAt) return true;
        const renewed = await renew();
        if (renewed) storage.setItem(STAMP, String(now()));
        return renewed;
      };
      // Plain http on a LAN is not a secure context and has no lock manager.
      return locks ? await locks.request(LOCK, once) : await once();
    },
  };
}
