import { useTranslator } from "@openclaw/i18n";
import { Button, IconButton, Section, TextField } from "@openclaw/ui";

import { JsonField } from "../../../shared/form/TypedFields.tsx";
import type { Editing } from "./editing.ts";
import { placeId } from "./places.ts";
import { freshId } from "./profile.ts";

import "./ResultFields.css";

/** What comes out: what a person gets, and the form that data has. */
export function ResultFields({ profile, change, problemAt, onFault }: Editing & { onFault: (fault: unknown) => void }) {
  const t = useTranslator();
  const { deliverables, resultSchema } = profile;
  const set = (index: number, title: string) => change({ deliverables: deliverables.map((one, at) => (at === index ? { ...one, title } : one)) });
  return (
    <Section title={t("systemProfile.field.deliverables")} description={t("systemProfile.deliverablesText")}>
      <div className="ResultFields">
        <ul className="ResultFields-items" id={placeId("deliverables")} aria-label={t("systemProfile.field.deliverables")}>
          {deliverables.map(({ id, title }, index) => (
            <li key={id} className="ResultFields-item">
              <TextField label={t("systemProfile.deliverable", { number: index + 1 })} isLabelHidden value={title} onChange={(next) => set(index, next)} maxLength={120} error={problemAt(`deliverables.${index}.title`)} />
              <IconButton icon="close" label={t("systemProfile.removeItem", { name: title || t("systemProfile.unnamed") })} hasTooltip={false} onPress={() => change({ deliverables: deliverables.filter((_, at) => at !== index) })} />
            </li>
          ))}
        </ul>
        <div>
          <Button icon="plus" size="s" onPress={() => change({ deliverables: [...deliverables, { id: freshId("deliverable", deliverables), title: "" }] })}>
            {t("systemProfile.addDeliverable")}
          </Button>
        </div>
        <details className="ResultFields-schema" id={placeId("resultSchema")} open={problemAt("resultSchema") !== null || undefined}>
          <summary>{t("systemProfile.field.resultSchema")}</summary>
          <JsonField
            label={t("systemProfile.resultSchemaLabel")}
            schema={{}}
            value={resultSchema}
            onChange={(next) => change({ resultSchema: (next ?? {}) as Record<string, unknown> })}
            onFault={onFault}
            problem={problemAt("resultSchema")}
            isNeeded
            isLive
            isWhole
            rows={12}
          />
        </details>
      </div>
    </Section>
  );
}
