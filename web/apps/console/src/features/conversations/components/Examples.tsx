import { useTranslator, type MessageKey } from "@openclaw/i18n";

import "./Examples.css";

const EXAMPLES: readonly MessageKey[] = ["demo.example.notes", "demo.example.list", "demo.example.run", "demo.example.info"];

/** Phrasings to start from. A click puts one into the composer; nothing is sent by it. */
export function Examples({ title, onPick }: { title: string; onPick: (text: string) => void }) {
  const t = useTranslator();
  return (
    <section className="Examples">
      <h3 className="Examples-title">{title}</h3>
      <ul className="Examples-list">
        {EXAMPLES.map((key) => (
          <li key={key}>
            <button type="button" className="Examples-item" onClick={() => onPick(t(key))} data-testid="example">
              {t(key)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
