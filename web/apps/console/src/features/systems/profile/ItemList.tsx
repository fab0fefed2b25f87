import { Button, Section } from "@openclaw/ui";
import type { ReactNode } from "react";

import { placeId } from "./places.ts";

import "./ItemList.css";

/** A part of the editor that has several of one kind, and one more by a press. */
export function ItemList({ field, title, description, problem, addLabel, onAdd, children }: { field: string; title: string; description?: string; problem: string | null; addLabel: string; onAdd: () => void; children: ReactNode }) {
  return (
    <Section title={title} {...(description ? { description } : {})}>
      <div className="ItemList" id={placeId(field)}>
        {problem && <p className="ItemList-problem">{problem}</p>}
        <ul className="ItemList-items" aria-label={title}>
          {children}
        </ul>
        <div>
          <Button icon="plus" size="s" onPress={onAdd}>
            {addLabel}
          </Button>
        </div>
      </div>
    </Section>
  );
}
