import type { ResultDetail, ResultFile } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, languageOfPath, Markdown, Segmented, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { Picture } from "../../../shared/files/Picture.tsx";
import { TextOrTable } from "../../../shared/files/TextOrTable.tsx";
import { useText } from "../../../shared/files/useText.ts";
import { useLabels } from "../../../shared/useLabels.ts";
import { firstFile, isShownWhole, lookOf } from "../model.ts";
import { useFile, useView } from "../queries.ts";
import { FileList } from "./FileList.tsx";

import "./Preview.css";

const MARKDOWN_BYTES = 256 << 10;
/** A larger body is looked at when it is asked for. */
const BODY_BYTES = 8 << 20;

/** A version as one sees it, and the files that it consists of. */
export function Preview({ result }: { result: ResultDetail }) {
  const t = useTranslator();
  const { shown, kind } = result;
  const [path, setPath] = useState<string | null>(null);
  const file = shown.files.find((each) => each.path === path) ?? firstFile(shown);
  const isHere = shown.syncMode === "full";
  return (
    <section className="Preview" aria-label={t("results.preview")} data-testid="preview">
      {isHere && file && (isShownWhole(kind, file) ? <Framed key={file.path} result={result} file={file} /> : <FileView key={file.path} result={result} file={file} />)}
      {(shown.files.length > 1 || !isHere) && <FileList result={result} chosen={isHere ? (file?.path ?? null) : null} choose={isHere ? setPath : null} />}
    </section>
  );
}

/**
 * Pages that code of others may be in, from an address of their own under a policy that gives them nothing. The attribute
 * says the same again: scripts, but no origin, so nothing of this page, its cookies or its session.
 */
function Framed({ result, file }: { result: ResultDetail; file: ResultFile }) {
  const t = useTranslator();
  const { id, shown, title } = result;
  const view = useView(id, shown.number, true);
  const [width, setWidth] = useState<"wide" | "phone">("wide");
  const url = view.data && `${view.data.url}${file.path === shown.entry ? "" : file.path.split("/").map(encodeURIComponent).join("/")}`;
  return (
    <>
      <div className="Preview-bar">
        <Segmented
          label={t("results.width")}
          isLabelHidden
          value={width}
          options={[
            { value: "wide", label: t("results.wide") },
            { value: "phone", label: t("results.phone") },
          ]}
          onChange={setWidth}
        />
        {url && (
          <a className="Preview-open" href={url} target="_blank" rel="noopener noreferrer">
            {t("results.openAlone")}
          </a>
        )}
      </div>
      {view.error && <Failed error={view.error} retry={() => void view.refetch()} />}
      {view.isPending && <Skeleton label={t("app.loading")} lines={3} isBlock />}
      {url && (
        <div className="Preview-stage" data-width={width}>
          <iframe className="Preview-frame" src={url} title={t("results.previewOf", { title })} sandbox="allow-scripts" referrerPolicy="no-referrer" data-testid="preview-frame" />
        </div>
      )}
    </>
  );
}

/** What our own views draw of a file: nothing of it runs. */
function FileView({ result: { id, shown }, file }: { result: ResultDetail; file: ResultFile }) {
  const t = useTranslator();
  const look = lookOf(file);
  const [isWanted, setWanted] = useState(file.bytes <= BODY_BYTES);
  const body = useFile(id, shown.number, file.path, isWanted && look !== "none");
  if (look === "none") return <EmptyState title={t("results.noPreview", { type: file.type })}>{t("results.noPreviewText")}</EmptyState>;
  if (!isWanted) return <EmptyState title={t("results.large", { size: t.format.bytes(file.bytes) })} action={<Button onPress={() => setWanted(true)}>{t("results.showAnyway")}</Button>} />;
  if (body.error) return <Failed error={body.error} retry={() => void body.refetch()} />;
  if (!body.data) return <Skeleton label={t("app.loading")} lines={3} isBlock />;
  if (look === "picture") return <Picture name={file.path} type={file.type} body={body.data} />;
  if (look === "markdown") return <Written body={body.data} />;
  const between = look === "table" ? (file.type === "text/csv" ? "," : "\t") : null;
  return <TextOrTable body={body.data} between={between} language={languageOfPath(file.path)} />;
}

function Written({ body }: { body: Blob }) {
  const t = useTranslator();
  const labels = useLabels();
  const text = useText(body, MARKDOWN_BYTES);
  if (text === null) return null;
  return (
    <>
      <div className="Preview-sheet">
        <Markdown text={text} labels={labels} />
      </div>
      {body.size > MARKDOWN_BYTES && <p className="Preview-note">{t("files.cut")}</p>}
    </>
  );
}

function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const t = useTranslator();
  return (
    <Banner tone="danger" role="alert" title={t("results.previewFailed")} action={<Button onPress={retry}>{t("app.retry")}</Button>}>
      {t.error(error)}
    </Banner>
  );
}
