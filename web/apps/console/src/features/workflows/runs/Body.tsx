import { useTranslator } from "@openclaw/i18n";
import { Button, CodeBlock, IconButton } from "@openclaw/ui";

import { download } from "../../../shared/download.ts";
import { useLabels } from "../../../shared/useLabels.ts";

import "./Body.css";

export interface BodyProps {
  title: string;
  value: unknown;
  /** What it is called when it is downloaded, without an ending. */
  fileName: string;
  /** Left out of the history for its size, and not loaded yet. */
  bytes?: number | null;
  isLoading?: boolean;
  error?: string | null;
  onLoad?: () => void;
}

/** What went into a step or came out of it: text as text, the rest as JSON; what is large is fetched on demand. */
export function Body({ title, value, fileName, bytes = null, isLoading = false, error = null, onLoad }: BodyProps) {
  const t = useTranslator();
  const labels = useLabels();
  const isMissing = bytes !== null && value === null;
  if (!isMissing && (value === null || value === undefined)) return null;
  const isText = typeof value === "string";
  const text = isText ? value : JSON.stringify(value, null, 2);
  return (
    <section className="Body" aria-label={title}>
      <header className="Body-head">
        <h3 className="Body-title">{title}</h3>
        {!isMissing && (
          <IconButton
            icon="download"
            size="s"
            label={t("workflowRun.download", { name: title })}
            onPress={() => download(`${fileName}.${isText ? "txt" : "json"}`, text, isText ? "text/plain" : "application/json")}
          />
        )}
      </header>
      {isMissing ? (
        <div className="Body-missing">
          <p>{t("workflowRun.large", { size: t.format.bytes(bytes) })}</p>
          <Button size="s" isPending={isLoading} onPress={onLoad} data-testid="load-body">
            {t("workflowRun.load")}
          </Button>
          {error && <p className="Body-error">{error}</p>}
        </div>
      ) : (
        <CodeBlock code={text} language={isText ? null : "json"} labels={labels} isBounded isWrapped />
      )}
    </section>
  );
}
