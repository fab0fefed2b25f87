import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Api } from "@openclaw/api";

import { queryKeys } from "./queryKeys.ts";
import { useApi } from "./services.tsx";

function systemQuery(api: Api, id: string) {
  return queryOptions({ queryKey: queryKeys.system(id), queryFn: ({ signal }) => api.systems.get(id, signal), retry: false });
}

export function useSystem(id: string) {
  return useQuery(systemQuery(useApi(), id));
}

/** What a system is called; null while that is not known, or for somebody who does not see it. */
export function useSystemName(id: string | null): string | null {
  const query = useQuery({ ...systemQuery(useApi(), id ?? ""), enabled: id !== null, staleTime: 300_000 });
  return query.data?.name ?? null;
}
