import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { useToast, type IconName } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { download } from "../../shared/download.ts";
import { useApi } from "../../shared/services.tsx";
import { can, originsOf } from "./model.ts";
import { useChangeResult } from "./queries.ts";

export interface ResultDeed {
  id: "export" | "publish" | "share" | "continue";
  icon: IconName;
  label: string;
  isPending: boolean;
  run: () => void;
}

/** What can be done with a result, wherever it shows: no need to open the conversation that made it. */
export function useResultActions(result: Result): ResultDeed[] {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const keep = useKeepResult();
  const change = useChangeResult(result.id);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const { id, title } = result;
  const origins = originsOf(result.provenance);
  const work = origins.find(({ kind }) => kind === "task") ?? origins.find(({ kind }) => kind === "conversation");
  const share = () =>
    void change.mutateAsync({ visibility: "workspace" }).then(
      () =>
        toast({
          text: t("results.sharedNow", { title }),
          action: { label: t("app.undo"), run: () => void change.mutateAsync({ visibility: "private" }).catch(onError) },
        }),
      onError,
    );
  const all: (ResultDeed & { isAble: boolean })[] = [
    {
      id: "publish",
      icon: "globe",
      label: t("results.publishOf", { title }),
      isPending: false,
      isAble: can(result, "publish"),
      run: () => void navigate({ to: "/results/$resultId", params: { resultId: id }, search: { publish: true } }),
    },
    { id: "export", icon: "download", label: t("results.downloadOf", { title }), isPending: keep.isPending, isAble: can(result, "export"), run: () => keep.mutate(result, { onError }) },
    { id: "share", icon: "users", label: t("results.shareOf", { title }), isPending: change.isPending, isAble: can(result, "share"), run: share },
    {
      id: "continue",
      icon: "play",
      label: t("results.continueOf", { title }),
      isPending: false,
      isAble: can(result, "continue") && work !== undefined,
      run: () => void navigate({ to: work?.to ?? "/" }),
    },
  ];
  return all.filter(({ isAble }) => isAble);
}

/** Hands a result to the browser's downloads: its file by its name, or all of them in an archive. */
export function useKeepResult() {
  const api = useApi();
  return useMutation({
    mutationFn: async ({ id, title, version }: Pick<Result, "id" | "title" | "version">) => {
      const { shown } = await api.results.get(id, version);
      const body = await api.results.content(id, { version });
      const [only] = shown.files;
      download(only && shown.files.length === 1 ? nameOf(only.path) : `${title}.zip`, body);
    },
  });
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
