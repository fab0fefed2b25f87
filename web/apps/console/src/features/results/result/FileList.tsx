import type { ResultDetail, ResultFile } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Icon, IconButton, useToast } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { download } from "../../../shared/download.ts";
import { useApi } from "../../../shared/services.tsx";
import { nameOf } from "../useResultActions.ts";

import "./FileList.css";

const AT_FIRST = 12;

/** The files of a version, each to be looked at and kept; without `choose` they are not here, and only told of. */
export function FileList({ result, chosen, choose }: { result: ResultDetail; chosen: string | null; choose: ((path: string) => void) | null }) {
  const t = useTranslator();
  const { files } = result.shown;
  const [isWhole, setWhole] = useState(false);
  return (
    <section className="FileList" aria-label={t("results.files")} data-testid="files">
      <h2 className="FileList-title">{t.count("results.fileCount", files.length)}</h2>
      <ul className="FileList-list">
        {files.slice(0, isWhole ? undefined : AT_FIRST).map((file, index) => (
          <li key={index} className="FileList-item" data-chosen={file.path === chosen || undefined}>
            <Icon name="file" size={14} />
            {choose ? (
              <button type="button" className="FileList-name" aria-pressed={file.path === chosen} onClick={() => choose(file.path)}>
                {file.path}
              </button>
            ) : (
              <span className="FileList-kept">{file.path}</span>
            )}
            <span className="FileList-size">{t.format.bytes(file.bytes)}</span>
            {choose && <Keep result={result} file={file} />}
          </li>
        ))}
      </ul>
      {!isWhole && files.length > AT_FIRST && (
        <div>
          <Button size="s" onPress={() => setWhole(true)}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Keep({ result: { id, shown }, file: { path } }: { result: ResultDetail; file: ResultFile }) {
  const t = useTranslator();
  const api = useApi();
  const toast = useToast();
  const keep = useMutation({
    mutationFn: () => api.results.content(id, { version: shown.number, path }),
    onSuccess: (body) => download(nameOf(path), body),
    onError: (error) => toast({ text: t.error(error), tone: "danger" }),
  });
  return <IconButton icon="download" size="s" label={t("results.downloadOf", { title: path })} hasTooltip={false} isPending={keep.isPending} onPress={() => keep.mutate()} />;
}
