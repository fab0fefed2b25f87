import type { Account, Api, Session } from "@openclaw/api";
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";

import { queryKeys } from "../../shared/queryKeys.ts";
import { forgetRecent } from "../../shared/recent.ts";
import { useApi, useServices } from "../../shared/services.tsx";

export function authConfigQuery(api: Api) {
  return queryOptions({ queryKey: queryKeys.authConfig, queryFn: ({ signal }) => api.auth.config(signal) });
}

export function accountQuery(api: Api) {
  return queryOptions({
    queryKey: queryKeys.account,
    queryFn: ({ signal }) => api.users.me(signal),
    staleTime: 5 * 60_000,
  });
}

/** The signed-in account. Only below the shell, whose route has loaded it. */
export function useAccount(): Account {
  return useSuspenseQuery(accountQuery(useApi())).data;
}

/**
 * What follows a successful sign-in or sign-up: a fresh cache and the page that was wanted. An account brings its own
 * language and theme; a new one takes those that were chosen on the way in.
 */
export function useEnter(): (session: Session, options?: { next?: string | undefined; isNew?: boolean }) => Promise<void> {
  const { api, preferences } = useServices();
  const queryClient = useQueryClient();
  const router = useRouter();
  return async ({ user }, { next, isNew = false } = {}) => {
    queryClient.clear();
    const { language, theme } = preferences.get();
    preferences.update({ workspaceId: null, ...(isNew ? {} : { language: user.language, theme: user.theme }) });
    if (isNew && (language !== user.language || theme !== user.theme)) {
      // Not worth holding anyone up for: the choice also stays in this browser.
      await api.users.update({ language, theme }).catch(() => undefined);
    }
    await router.navigate({ to: next ?? "/", replace: true });
  };
}

export function useSignOut(): () => void {
  const { api, gateway, streams, preferences } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { mutate } = useMutation({
    mutationFn: () => api.auth.logout(),
    // Also when the server cannot be told: this browser forgets either way.
    onSettled: async () => {
      gateway.stop();
      preferences.update({ workspaceId: null });
      forgetRecent(window.localStorage);
      queryClient.removeQueries({ queryKey: queryKeys.account });
      await navigate({ to: "/sign-in" });
      queryClient.clear();
      streams.clear();
    },
  });
  return mutate;
}

export function useUpdateProfile() {
  const { api, preferences } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: api.users.update,
    onMutate: ({ language, theme }) => preferences.update({ ...(language ? { language } : {}), ...(theme ? { theme } : {}) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.account }),
  });
}
