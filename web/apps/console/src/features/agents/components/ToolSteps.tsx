import type { LiveToolPart } from "@openclaw/realtime";

import { ToolCard } from "./ToolCard.tsx";

import "./ToolSteps.css";

/** Tool calls that follow on each other, as the entries of one log. */
export function ToolSteps({ parts }: { parts: readonly LiveToolPart[] }) {
  return (
    <ol className="ToolSteps">
      {parts.map((part) => (
        <li key={part.toolCallId} className="ToolSteps-step">
          <ToolCard part={part} />
        </li>
      ))}
    </ol>
  );
}
