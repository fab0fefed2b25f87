import type { Grade, RiskSegment } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, type Tone } from "@openclaw/ui";

import "./ApprovalCard.css";

export const GRADE_TONES: Record<Grade, Tone> = { read: "neutral", modify: "attention", high: "danger", dangerous: "danger" };

/** A command line may hold several commands; each is graded by itself. */
export function Segments({ title, segments }: { title: string; segments: readonly RiskSegment[] }) {
  const t = useTranslator();
  if (segments.length === 0) return null;
  return (
    <div className="ApprovalCard-segments">
      <h3 className="ApprovalCard-subtitle">{title}</h3>
      <ul className="ApprovalCard-segmentList">
        {segments.map((segment, index) => (
          <li key={index} className="ApprovalCard-segment">
            <code className="ApprovalCard-segmentText">{segment.text}</code>
            <Badge tone={GRADE_TONES[segment.grade]}>{t(`approval.grade.${segment.grade}`)}</Badge>
            <span className="ApprovalCard-why">{segment.why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
