import { useTranslator } from "@openclaw/i18n";
import { Button, CodeBlock, Icon, IconButton, Skeleton } from "@openclaw/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { download } from "../../../shared/download.ts";
import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useLabels } from "../../../shared/useLabels.ts";
import { csvRows, filesIn, kindOf, type RunFile } from "./files.ts";

import "./Files.css";

/** Larger pictures are shown when they are asked for. */
const PICTURE_BYTES = 4 << 20;
const TEXT_BYTES = 64 << 10;
const MOST_ROWS = 100;
const MOST_COLUMNS = 30;

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
      {isOpen && body.data && kind === "picture" && <Picture file={file} body={body.data} />}
      {isOpen && body.data && kind !== "picture" && <Text body={body.data} isTable={kind === "table"} />}
    </>
  );
}

/**
 * A picture in an `img`, where nothing in it runs or is fetched. Its address is forgotten once it is drawn: opened as a
 * page of its own, which a picture's menu offers, it would be one of this origin.
 */
function Picture({ file, body }: { file: RunFile; body: Blob }) {
  const t = useTranslator();
  const [url, setUrl] = useState<string | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([body], { type: file.type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [body, file.type]);
  if (isBroken) return <p className="Files-faint">{t("workflowRun.brokenPicture")}</p>;
  if (url === null) return null;
  return <img className="Files-picture" src={url} alt={file.name} data-testid="run-picture" onLoad={() => URL.revokeObjectURL(url)} onError={() => setBroken(true)} />;
}

function Text({ body, isTable }: { body: Blob; isTable: boolean }) {
  const t = useTranslator();
  const labels = useLabels();
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void body.slice(0, TEXT_BYTES).text().then((read) => {
      if (isCurrent) setText(read);
    });
    return () => {
      isCurrent = false;
    };
  }, [body]);
  if (text === null) return null;
  const rows = isTable ? csvRows(text, MOST_ROWS + 1) : [];
  const isCut = body.size > TEXT_BYTES || rows.length > MOST_ROWS || rows.some((row) => row.length > MOST_COLUMNS);
  return (
    <>
      {isTable ? <Table rows={rows.slice(0, MOST_ROWS)} /> : <CodeBlock code={text} labels={labels} isBounded isWrapped />}
      {isCut && <p className="Files-faint">{t("workflowRun.cutFile")}</p>}
    </>
  );
}

function Table({ rows }: { rows: readonly string[][] }) {
  const [head = [], ...rest] = rows.map((row) => row.slice(0, MOST_COLUMNS));
  return (
    <div className="Files-table" data-testid="run-table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rest.map((row, number) => (
            <tr key={number}>
              {row.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
