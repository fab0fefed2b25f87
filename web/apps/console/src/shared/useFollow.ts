import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect } from "react";

import { useServices } from "./services.tsx";

/**
 * Reads again whenever an event of that name is about what is looked at, and after events may have been missed.
 *
 * One reading at a time: something busy tells more often than an answer takes. A reading that began before the event
 * may not know of it: it is waited for, and then it is read once more. `isMine` and `read` stay the same.
 */
export function useFollow(name: string, queryKey: QueryKey, isMine: (payload: unknown) => boolean, read: () => Promise<unknown>): void {
  const { gateway } = useServices();
  const queryClient = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    let isWanted = false;
    let isReading = false;
    const again = async () => {
      isWanted = true;
      if (isReading) return;
      isReading = true;
      while (isWanted) {
        isWanted = queryClient.isFetching({ queryKey: JSON.parse(key) as QueryKey }) > 0;
        await read();
      }
      isReading = false;
    };
    const ends = [gateway.on(name, (payload) => isMine(payload) && void again()), gateway.onResync(() => void again())];
    return () => {
      isWanted = false;
      for (const end of ends) end();
    };
  }, [gateway, queryClient, name, key, isMine, read]);
}
