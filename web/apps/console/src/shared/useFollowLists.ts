import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect } from "react";

import { useServices } from "./services.tsx";

/** Events come in bursts; what they make stale is read again at most so often. */
const GATHER_MS = 400;

const isAnything = () => true;

/**
 * Lists follow what happens to the things in them: everything below the keys is read again after events of these names,
 * and after events may have been missed. `isMine` stays the same.
 */
export function useFollowLists(names: readonly string[], keys: readonly QueryKey[], isMine: (payload: unknown) => boolean = isAnything): void {
  const { gateway } = useServices();
  const queryClient = useQueryClient();
  const what = JSON.stringify({ names, keys });
  useEffect(() => {
    const { names, keys } = JSON.parse(what) as { names: string[]; keys: QueryKey[] };
    let timer: number | null = null;
    const stale = () => {
      timer ??= window.setTimeout(() => {
        timer = null;
        for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
      }, GATHER_MS);
    };
    const ends = [...names.map((name) => gateway.on(name, (payload) => isMine(payload) && stale())), gateway.onResync(stale)];
    return () => {
      if (timer !== null) window.clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [gateway, queryClient, what, isMine]);
}
