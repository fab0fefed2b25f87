import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import { isRecord } from "../../../shared/json.ts";

import "./AgentCalls.css";

interface AgentCall {
  tool: string;
  arguments: unknown;
  failed: boolean;
}

const LONGEST = 200;

/** What the model of an agent step asked machines to do, in order. */
export function AgentCalls({ output }: { output: unknown }) {
  const t = useTranslator();
  const calls = agentCalls(output);
  if (calls.length === 0) return null;
  return (
    <section className="AgentCalls" aria-label={t("workflowRun.calls")} data-testid="agent-calls">
      <h3 className="AgentCalls-title">{t("workflowRun.calls")}</h3>
      <ol className="AgentCalls-list">
        {calls.map((call, index) => {
          const words = `tool.${call.tool}`;
          return (
            <li key={index} className="AgentCalls-call" data-tool={call.tool}>
              {t.has(words) ? t(words) : <code>{call.tool}</code>} <code className="AgentCalls-arguments">{argumentWords(call.arguments)}</code>
              {call.failed && <Badge tone="danger">{t("tool.state.error")}</Badge>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** The calls that an output tells of; anything may stand there. */
export function agentCalls(output: unknown): AgentCall[] {
  const calls = isRecord(output) ? output["calls"] : null;
  if (!Array.isArray(calls)) return [];
  return calls.filter(isRecord).flatMap((call) => (typeof call["tool"] === "string" ? [{ tool: call["tool"], arguments: call["arguments"], failed: call["failed"] === true }] : []));
}

/** Arguments in one line. */
export function argumentWords(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = isRecord(value) ? Object.entries(value).map(([name, held]) => `${name}: ${typeof held === "string" ? held : JSON.stringify(held)}`).join(", ") : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
