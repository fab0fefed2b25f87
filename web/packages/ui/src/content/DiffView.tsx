import { classes } from "../classes.ts";
import { countChanges, type DiffLine } from "./diff.ts";

import "./DiffView.css";

export interface DiffViewProps {
  lines: readonly DiffLine[];
  caption: string;
  labels: { added: string; removed: string };
}

const SIGNS = { added: "+", removed: "−", same: " ", gap: "⋯" } as const;

/** A change, line by line. The signs are text, so that colour is not the only difference. */
export function DiffView({ lines, caption, labels }: DiffViewProps) {
  const { added, removed } = countChanges(lines);
  const hasNumbers = lines.some((line) => line.before !== null || line.after !== null);
  return (
    <figure className="DiffView">
      <figcaption className="DiffView-caption">
        <span className="DiffView-path">{caption}</span>
        <span className="DiffView-added" aria-label={`${labels.added}: ${added}`}>{`+${added}`}</span>
        <span className="DiffView-removed" aria-label={`${labels.removed}: ${removed}`}>{`−${removed}`}</span>
      </figcaption>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="DiffView-scroll" tabIndex={0} role="group" aria-label={caption}>
        <table className="DiffView-table">
          <tbody>
            {lines.map((line, index) => (
              <tr key={index} className={classes("DiffView-line", `DiffView-line--${line.kind}`)}>
                {hasNumbers && <td className="DiffView-number">{line.after ?? line.before ?? ""}</td>}
                <td className="DiffView-sign">{SIGNS[line.kind]}</td>
                <td className="DiffView-text">{line.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
