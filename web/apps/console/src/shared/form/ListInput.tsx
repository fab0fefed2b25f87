import { useTranslator } from "@openclaw/i18n";
import { Button, IconButton, TextField } from "@openclaw/ui";
import { useId, useState } from "react";

import { added, moved } from "./list.ts";

import "./ListInput.css";

export interface ListInputProps {
  label: string;
  description?: string | null;
  items: readonly string[];
  onChange: (items: string[]) => void;
  /** What is often wanted; one press adds it. */
  suggestions?: readonly string[];
  /** The order says something. */
  isOrdered?: boolean;
  most?: number;
  problem?: string | null;
}

/** Short texts, one by one: added by Enter or a press, taken away, put in order. */
export function ListInput({ label, description, items, onChange, suggestions = [], isOrdered, most = Infinity, problem }: ListInputProps) {
  const t = useTranslator();
  const id = useId();
  const [typed, setTyped] = useState("");
  const isFull = items.length >= most;
  const add = (text: string) => {
    onChange(added(items, text, most));
    setTyped("");
  };
  const left = suggestions.filter((one) => !items.includes(one));
  return (
    <div className="ListInput" role="group" aria-labelledby={id}>
      <p id={id} className="ListInput-label">
        {label}
      </p>
      {items.length > 0 && (
        <ol className="ListInput-items">
          {items.map((item, index) => (
            <li key={item} className="ListInput-item">
              {isOrdered && (
                <span className="ListInput-number" aria-hidden="true">
                  {index + 1}
                </span>
              )}
              <span className="ListInput-text">{item}</span>
              {isOrdered && index > 0 && (
                <IconButton icon="chevronLeft" size="s" label={t("form.earlier", { item })} hasTooltip={false} onPress={() => onChange(moved(items, index, index - 1))} />
              )}
              <IconButton icon="close" size="s" label={t("form.takeAway", { item })} hasTooltip={false} onPress={() => onChange(items.filter((one) => one !== item))} />
            </li>
          ))}
        </ol>
      )}
      {!isFull && (
        <form
          className="ListInput-add"
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            add(typed);
          }}
        >
          <TextField label={t("form.addTo", { label })} isLabelHidden value={typed} onChange={setTyped} error={problem ?? null} maxLength={200} />
          <Button type="submit" icon="plus" isDisabled={!typed.trim()}>
            {t("app.add")}
          </Button>
        </form>
      )}
      {isFull && problem && <p className="ListInput-problem">{problem}</p>}
      {!isFull && left.length > 0 && (
        <div className="ListInput-suggestions">
          {left.map((one) => (
            <Button key={one} size="s" tone="quiet" icon="plus" onPress={() => add(one)}>
              {one}
            </Button>
          ))}
        </div>
      )}
      {description && <p className="ListInput-note">{description}</p>}
    </div>
  );
}
