import type { WorkflowProblem } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner } from "@openclaw/ui";
import { useMemo } from "react";
import { isNode } from "yaml";

import { CodeField } from "./form/CodeField.tsx";
import { isFault, readYaml } from "./model/yaml.ts";
import type { Draft } from "./model/session.ts";

import "./TextView.css";

/** The workflow as YAML. What is wrong is marked where it stands. */
export function TextView({ draft, problems, onChange }: { draft: Draft; problems: readonly WorkflowProblem[]; onChange: (text: string) => void }) {
  const t = useTranslator();
  const { text, fault } = draft;
  const diagnostics = useMemo(() => (fault ? [lineOf(text, fault.line, fault.message)] : problems.map((problem) => placed(text, problem))), [text, fault, problems]);
  return (
    <div className="TextView" data-testid="text-view">
      {fault && (
        <Banner tone="attention" role="status" title={t("designer.unreadable")}>
          {t("designer.unreadableLine", { line: fault.line, message: fault.message })}
        </Banner>
      )}
      {!fault && draft.definition === null && (
        <Banner tone="attention" role="status">
          {t("designer.notDrawable")}
        </Banner>
      )}
      <div className="TextView-editor">
        <CodeField label={t("designer.text")} isLabelHidden isTall language="yaml" value={text} onChange={onChange} diagnostics={diagnostics} />
      </div>
    </div>
  );
}

function lineOf(text: string, line: number, message: string) {
  const lines = text.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return { from: Math.min(from, text.length), to: Math.min(from + (lines[line - 1]?.length ?? 0), text.length), severity: "error" as const, message };
}

/** The place in the text of a JSON path, or the nearest thing around it that is there. */
function placed(text: string, { path, message }: WorkflowProblem) {
  const read = readYaml(text);
  const parts = [...path.slice(1).matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? "") : Number(index)));
  if (!isFault(read)) {
    for (; parts.length > 0; parts.pop()) {
      const node: unknown = read.document.getIn(parts, true);
      if (isNode(node) && node.range) return { from: node.range[0], to: Math.max(node.range[0], Math.min(node.range[1], text.indexOf("\n", node.range[0]) < 0 ? text.length : text.indexOf("\n", node.range[0]))), severity: "error" as const, message };
    }
  }
  return lineOf(text, 1, message);
}
