import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { useRestoreVersion } from "../queries.ts";

/** Makes the newest version of an earlier one, and shows it. Nothing is lost by it: the versions stay. */
export function useRestore({ id }: Pick<Result, "id">): { restore: (version: number) => void; isRestoring: boolean } {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const mutation = useRestoreVersion(id);
  const restore = (version: number) =>
    void mutation.mutateAsync(version).then(
      (made) => {
        toast({ text: t("results.restored", { version, newest: made.version }) });
        void navigate({ to: "/results/$resultId", params: { resultId: id }, search: {} });
      },
      (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
    );
  return { restore, isRestoring: mutation.isPending };
}
