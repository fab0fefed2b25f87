import type { JsonObject } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { CodeBlock, DiffView, diffOfReplacement, languageOfPath } from "@openclaw/ui";

import { replacements, text } from "../tools.ts";
import { useCodeLabels, useDiffLabels } from "./useLabels.ts";

/** The whole of what a write or an edit would do to a file, before it is done. */
export function FileChange({ tool, args }: { tool: "fs.write" | "fs.edit"; args: JsonObject }) {
  const t = useTranslator();
  const labels = useCodeLabels();
  const diffLabels = useDiffLabels();
  const path = text(args["path"]);
  if (tool === "fs.write") {
    const content = text(args["content"]);
    if (content === "") return <p>{t("approval.emptyContent")}</p>;
    return <CodeBlock code={content} language={languageOfPath(path)} caption={t("approval.content")} labels={labels} isWrapped isBounded />;
  }
  return replacements(args).map((edit, index) => (
    <DiffView
      key={index}
      lines={diffOfReplacement(edit.old, edit.new)}
      caption={edit.every ? `${path} · ${t("approval.everywhere")}` : path}
      labels={diffLabels}
    />
  ));
}
