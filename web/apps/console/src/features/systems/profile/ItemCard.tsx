import { IconButton } from "@openclaw/ui";
import { useEffect, useState, type ReactNode } from "react";

import "./ItemCard.css";

export interface ItemCardProps {
  title: string;
  detail?: string | null;
  removeLabel: string;
  onRemove: (() => void) | null;
  /** Opens by itself: it is new, or something in it is wrong. */
  isWanted: boolean;
  /** Above its place: what comes before it. */
  move?: { label: string; run: () => void } | null;
  children: ReactNode;
}

/** One of several parts: a line, and its fields once it is opened. */
export function ItemCard({ title, detail, removeLabel, onRemove, isWanted, move, children }: ItemCardProps) {
  const [isOpen, setOpen] = useState(isWanted);
  useEffect(() => {
    if (isWanted) setOpen(true);
  }, [isWanted]);
  return (
    <li className="ItemCard" data-testid="item-card">
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="ItemCard-summary">
          <span className="ItemCard-title">{title}</span>
          {detail && <span className="ItemCard-detail">{detail}</span>}
        </summary>
        <div className="ItemCard-fields">
          {isOpen && children}
          {(move || onRemove) && (
            <div className="ItemCard-actions">
              {move && <IconButton icon="undo" size="s" label={move.label} onPress={move.run} />}
              {onRemove && <IconButton icon="trash" size="s" tone="danger" label={removeLabel} onPress={onRemove} />}
            </div>
          )}
        </div>
      </details>
    </li>
  );
}
