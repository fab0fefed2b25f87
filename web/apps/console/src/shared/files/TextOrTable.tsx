import { useTranslator } from "@openclaw/i18n";
import { CodeBlock } from "@openclaw/ui";

import { useLabels } from "../useLabels.ts";
import { csvRows } from "./csv.ts";
import { useText } from "./useText.ts";

import "./TextOrTable.css";

const TEXT_BYTES = 64 << 10;
const MOST_ROWS = 100;
const MOST_COLUMNS = 30;

/** The beginning of a text, or of the table that it is when `between` parts its cells. */
export function TextOrTable({ body, between, language = null }: { body: Blob; between: string | null; language?: string | null }) {
  const t = useTranslator();
  const labels = useLabels();
  const text = useText(body, TEXT_BYTES);
  if (text === null) return null;
  const rows = between === null ? [] : csvRows(text, MOST_ROWS + 1, between);
  const isCut = body.size > TEXT_BYTES || rows.length > MOST_ROWS || rows.some((row) => row.length > MOST_COLUMNS);
  return (
    <>
      {between === null ? <CodeBlock code={text} language={language} labels={labels} isBounded isWrapped /> : <Table rows={rows.slice(0, MOST_ROWS)} />}
      {isCut && <p className="TextOrTable-note">{t("files.cut")}</p>}
    </>
  );
}

function Table({ rows }: { rows: readonly string[][] }) {
  const t = useTranslator();
  const [head = [], ...rest] = rows.map((row) => row.slice(0, MOST_COLUMNS));
  return (
    // Focusable, so that the keyboard can scroll it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="TextOrTable-table" data-testid="run-table" tabIndex={0} role="group" aria-label={t("files.table")}>
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
