import { useTranslator } from "@openclaw/i18n";
import { Button, Icon, IconButton, Skeleton } from "@openclaw/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { download } from "../../../shared/download.ts";
import { Picture } from "../../../shared/files/Picture.tsx";
import { TextOrTable } from "../../../shared/files/TextOrTable.tsx";
import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { filesIn, kindOf, type RunFile } from "./files.ts";

import "./Files.css";

/** Larger pictures are shown when they are asked for. */
const PICTURE_BYTES = 4 << 20;

/** The files that a value names: pictures are shown, texts when they are asked for, all can be kept. */
export function Files({ runId, value }: { runId: string; value: unknown }) {
  const t = useTranslator();
  const files = useMemo(() => filesIn(value), [value]);
  if (files.length === 0) return null;
  return (
    <section className="Files" aria-label={t("workflowRun.files")} data-testid="run-files">
      <h3 className="Files-title">{t("workflowRun.files")}</h3>
      <ul className="Files-list">
        {files.map((file) => (
          <li key={file.id} className="Files-item" data-testid="run-file" data-name={file.name}>
            <FileView runId={runId} file={file} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileView({ runId, file }: { runId: string; file: RunFile }) {
  const t = useTranslator();
  const api = useApi();
  const kind = kindOf(file);
  const [isOpen, setOpen] = useState(kind === "picture" && file.bytes <= PICTURE_BYTES);
  const body = useQuery({
    queryKey: queryKeys.workflowFile(runId, file.id),
    queryFn: ({ signal }) => api.workflowRuns.file(runId, file.id, signal),
    enabled: isOpen && kind !== "other",
    staleTime: Infinity,
    retry: false,
  });
  const keep = useMutation({
    mutationFn: async () => body.data ?? (await api.workflowRuns.file(runId, file.id)),
    onSuccess: (blob) => download(file.name, blob),
  });
  const error = body.error ?? keep.error;
  return (
    <>
      <div className="Files-head">
        <Icon name="file" />
        <span className="Files-name">
          {file.name} <span className="Files-faint">{`${file.type} · ${t.format.bytes(file.bytes)}`}</span>
        </span>
        {kind !== "other" && (
          <Button size="s" tone="quiet" onPress={() => setOpen(!isOpen)} data-testid="preview-file">
            {t(isOpen ? "workflowRun.hideFile" : "workflowRun.showFile")}
          </Button>
        )}
        <IconButton icon="download" size="s" label={t("workflowRun.download", { name: file.name })} onPress={() => keep.mutate()} />
      </div>
      {error && <p className="Files-error">{t.error(error)}</p>}
      {isOpen && body.isPending && !error && <Skeleton label={t("app.loading")} lines={2} />}
      {isOpen && body.data && kind === "picture" && <Picture name={file.name} type={file.type} body={body.data} />}
      {isOpen && body.data && kind !== "picture" && <TextOrTable body={body.data} between={kind === "table" ? "," : null} />}
    </>
  );
}
