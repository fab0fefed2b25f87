import { useTranslator } from "@openclaw/i18n";
import { Button, Checkbox, IconButton, Section, TextField } from "@openclaw/ui";

import { NumberField } from "../../../shared/form/TypedFields.tsx";
import type { Editing } from "./editing.ts";
import { placeId } from "./places.ts";
import type { Bucket } from "./profile.ts";

import "./MemoryFields.css";

const TOKENS = { type: "integer" };

/** What is remembered across runs, and how much of it a run is told. */
export function MemoryFields({ profile, change, problemAt }: Editing) {
  const t = useTranslator();
  const { memory } = profile;
  const set = (index: number, part: Partial<Bucket>) => change({ memory: memory.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <Section title={t("systemProfile.field.memory")} description={t("systemProfile.memoryText")}>
      <div className="MemoryFields" id={placeId("memory")}>
        {problemAt("memory") && <p className="MemoryFields-problem">{problemAt("memory")}</p>}
        <ul className="MemoryFields-items" aria-label={t("systemProfile.field.memory")}>
          {memory.map((bucket, index) => {
            const name = bucket.kind === "custom" ? bucket.name || t("systemProfile.unnamed") : t(`systemProfile.bucket.${bucket.kind}`);
            const problem = problemAt(`memory.${index}`) ?? problemAt(`memory.${index}.maxTokens`);
            return (
              // Buckets of one kind have no id: their order is theirs.
              <li key={`${bucket.kind} ${index}`} className="MemoryFields-item">
                <div className="MemoryFields-name">
                  <Checkbox label={name} isSelected={bucket.enabled} onChange={(enabled) => set(index, { enabled })} />
                  {bucket.kind === "custom" && <TextField label={t("systemProfile.bucketName")} isLabelHidden value={bucket.name ?? ""} onChange={(next) => set(index, { name: next })} maxLength={120} error={problemAt(`memory.${index}.name`)} placeholder={t("systemProfile.bucketName")} />}
                </div>
                <div className="MemoryFields-tokens">
                  {(bucket.enabled || problem) && (
                    <NumberField
                      label={t("systemProfile.maxTokens", { name })}
                      isLabelHidden
                      placeholder={t("systemProfile.noLimit")}
                      schema={TOKENS}
                      value={bucket.maxTokens ?? undefined}
                      onChange={(tokens) => set(index, { maxTokens: typeof tokens === "number" ? tokens : null })}
                      onFault={() => undefined}
                      problem={problem}
                      isNeeded={false}
                      isLive
                    />
                  )}
                  {bucket.kind === "custom" && <IconButton icon="close" label={t("systemProfile.removeItem", { name })} hasTooltip={false} onPress={() => change({ memory: memory.filter((_, at) => at !== index) })} />}
                </div>
              </li>
            );
          })}
        </ul>
        <div>
          <Button icon="plus" size="s" onPress={() => change({ memory: [...memory, { kind: "custom", name: "", enabled: true, maxTokens: null }] })}>
            {t("systemProfile.addBucket")}
          </Button>
        </div>
      </div>
    </Section>
  );
}
