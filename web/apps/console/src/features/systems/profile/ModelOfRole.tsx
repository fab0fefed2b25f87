import { useTranslator } from "@openclaw/i18n";
import { Select, TextField } from "@openclaw/ui";

import { useProviders } from "../../agents/index.ts";

import "./ModelOfRole.css";

const NONE = "";

/** Which model is asked. A provider that is not of this workspace any more stays until another is chosen. */
export function ModelOfRole({ provider, model, fallback, problem, onChange }: { provider: string | null; model: string | null; fallback: string; problem: string | null; onChange: (part: { provider?: string | null; model?: string | null }) => void }) {
  const t = useTranslator();
  const providers = useProviders();
  const known = (providers.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const odd = provider === null || known.some(({ value }) => value === provider) ? [] : [{ value: provider, label: t("systemProfile.otherProvider") }];
  return (
    <div className="ModelOfRole">
      <Select label={t("systemProfile.field.provider")} value={provider ?? NONE} options={[{ value: NONE, label: fallback }, ...known, ...odd]} onChange={(next) => onChange({ provider: next === NONE ? null : next })} />
      <TextField label={t("app.optionalLabel", { label: t("systemProfile.field.model") })} value={model ?? ""} onChange={(next) => onChange({ model: next === "" ? null : next })} maxLength={200} error={problem} placeholder={fallback} />
    </div>
  );
}
