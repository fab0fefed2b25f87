import type { JsonObject } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import type { LiveToolPart } from "@openclaw/realtime";
import { CodeBlock, DiffView, Dot, languageOfPath, parseUnifiedDiff } from "@openclaw/ui";
import type { ReactNode } from "react";

import { commandLine, text } from "../tools.ts";
import { FileChange } from "./FileChange.tsx";
import { Output } from "./Output.tsx";
import { useCodeLabels, useDiffLabels } from "./useLabels.ts";

import "./ToolDetails.css";

/** Everything about a call: its full arguments, its output as it comes, its result. */
export function ToolDetails({ part }: { part: LiveToolPart }) {
  return (
    <div className="ToolDetails">
      <Arguments part={part} />
      {part.output.length > 0 && <Output chunks={part.output} isLive />}
      {part.result && (isFannedOut(part) ? <Results part={part} result={part.result} /> : <Result part={part} result={part.result} />)}
    </div>
  );
}

function isFannedOut(part: LiveToolPart): boolean {
  return part.targets.length > 1 || Array.isArray(part.result?.["devices"]);
}

/** A call to several devices: each has a result or an error of its own. */
function Results({ part, result }: { part: LiveToolPart; result: JsonObject }) {
  const t = useTranslator();
  return (
    <>
      {records(result["devices"]).map((end, index) => {
        const [device = {}] = records([end["device"]]);
        const [own] = records([end["result"]]);
        const [error] = records([end["error"]]);
        return (
          <section key={index} className="ToolDetails-device" data-testid="device-result" data-ok={end["ok"] === true}>
            <h3 className="ToolDetails-deviceName">
              <Dot state={end["ok"] === true ? "live" : "off"} />
              {t("tool.onDevice", { name: text(device["name"]) })}
            </h3>
            {own && <Result part={part} result={own} />}
            {error && (
              <p className="ToolDetails-deviceError">
                {text(error["message"])} <code>{text(error["code"])}</code>
              </p>
            )}
          </section>
        );
      })}
    </>
  );
}

function Arguments({ part }: { part: LiveToolPart }) {
  const t = useTranslator();
  const labels = useCodeLabels();
  if (part.name === "exec") {
    return (
      <>
        <CodeBlock code={commandLine(part.arguments)} language="bash" caption={t("tool.command")} labels={labels} isWrapped isBounded />
        <Fact name={t("tool.folder")}>
          <code>{text(part.arguments["cwd"]) || "~"}</code>
        </Fact>
      </>
    );
  }
  if (part.name === "fs.write" || part.name === "fs.edit") {
    // Once it is done the stored diff says more than the wish does.
    return part.result ? null : <FileChange tool={part.name} args={part.arguments} />;
  }
  if (part.name === "fs.move" || part.name === "fs.delete") return null; // the card's line says it all
  if (Object.keys(part.arguments).length === 0) return null;
  return <CodeBlock code={JSON.stringify(part.arguments, null, 2)} language="json" caption={t("tool.arguments")} labels={labels} isBounded />;
}

function Result({ part, result }: { part: LiveToolPart; result: JsonObject }) {
  const t = useTranslator();
  const labels = useCodeLabels();
  const diffLabels = useDiffLabels();
  switch (part.name) {
    case "exec":
      return (
        <Output
          chunks={[
            { stream: "stdout", text: text(result["stdout"]) },
            { stream: "stderr", text: text(result["stderr"]) },
          ]}
          isTruncated={result["stdoutTruncated"] === true || result["stderrTruncated"] === true}
        />
      );
    case "fs.write":
    case "fs.edit":
      return <DiffView lines={parseUnifiedDiff(text(result["diff"]))} caption={text(result["path"])} labels={diffLabels} />;
    case "fs.read":
      return (
        <CodeBlock
          code={text(result["content"])}
          language={languageOfPath(text(result["path"]))}
          caption={text(result["path"])}
          labels={labels}
          isBounded
        />
      );
    case "fs.list":
      return <CodeBlock code={listing(result)} caption={text(result["path"])} labels={labels} isBounded />;
    case "fs.search":
      return <CodeBlock code={matches(result)} caption={text(result["path"])} labels={labels} isBounded />;
    default:
      return <CodeBlock code={JSON.stringify(result, null, 2)} language="json" caption={t("tool.result")} labels={labels} isBounded />;
  }
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className="ToolDetails-fact">
      <span className="ToolDetails-factName">{name}</span> {children}
    </p>
  );
}

function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((item): item is JsonObject => typeof item === "object" && item !== null) : [];
}

function listing(result: JsonObject): string {
  return records(result["entries"])
    .map((entry) => (entry["type"] === "folder" ? `${text(entry["name"])}/` : text(entry["name"])))
    .join("\n");
}

function matches(result: JsonObject): string {
  return records(result["matches"])
    .map((match) => `${text(match["path"])}:${String(match["line"])}: ${text(match["text"])}`)
    .join("\n");
}
