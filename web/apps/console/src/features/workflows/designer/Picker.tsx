import { Icon, type IconName } from "@openclaw/ui";
import { useId, useState, type KeyboardEvent } from "react";

import "./Picker.css";

export interface Choice {
  id: string;
  label: string;
  detail?: string;
  icon?: IconName;
}

/** A list that is narrowed by typing and chosen from by arrows and Enter, or by pointing. */
export function Picker({ label, choices, empty, onChoose, onLeave }: { label: string; choices: readonly Choice[]; empty: string; onChoose: (id: string) => void; onLeave?: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const words = typed.trim().toLowerCase();
  const found = choices.filter(({ label: name, detail }) => `${name} ${detail ?? ""}`.toLowerCase().includes(words));
  const current = Math.min(at, found.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((current + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = found[current];
      if (chosen) onChoose(chosen.id);
    } else if (event.key === "Escape") onLeave?.();
  };
  return (
    <div className="Picker">
      <div className="Picker-search">
        <Icon name="search" size={14} />
        <input
          className="Picker-input"
          role="combobox"
          aria-label={label}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={found[current] ? `${id}-${found[current].id}` : undefined}
          placeholder={label}
          value={typed}
          autoFocus
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={label} className="Picker-list">
        {found.map((choice, index) => (
          // The keys are those of the field above: the list is never focused itself.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={choice.id}
            id={`${id}-${choice.id}`}
            role="option"
            aria-selected={index === current}
            className="Picker-choice"
            data-testid={`choice-${choice.id}`}
            onPointerMove={() => setAt(index)}
            onClick={() => onChoose(choice.id)}
          >
            {choice.icon && (
              <span className="Picker-icon">
                <Icon name={choice.icon} />
              </span>
            )}
            <span className="Picker-text">
              <span className="Picker-label">{choice.label}</span>
              {choice.detail && <span className="Picker-detail">{choice.detail}</span>}
            </span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="Picker-empty">{empty}</p>}
    </div>
  );
}
