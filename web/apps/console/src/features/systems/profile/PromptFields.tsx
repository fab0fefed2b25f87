import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";

import { moved } from "../../../shared/form/list.ts";
import type { Editing } from "./editing.ts";
import { ItemCard } from "./ItemCard.tsx";
import { ItemList } from "./ItemList.tsx";
import { freshId, type Prompt, type Role, type Stage } from "./profile.ts";

const EVERYBODY = "";

interface WithFields extends Editing {
  /** The fields of the form, which texts may name. */
  fields: readonly string[];
}

/** What the agent is told, for everybody or for one role. */
export function PromptFields({ profile, change, problemAt, hasProblem, fields }: WithFields) {
  const t = useTranslator();
  const { prompts, roles } = profile;
  const set = (index: number, part: Partial<Prompt>) => change({ prompts: prompts.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const add = () => change({ prompts: [...prompts, { id: freshId("prompt", prompts), title: "", role: null, text: "" }] });
  return (
    <ItemList field="prompts" title={t("systemProfile.field.prompts")} description={t("systemProfile.promptsText")} problem={problemAt("prompts")} addLabel={t("systemProfile.addPrompt")} onAdd={add}>
      {prompts.map((prompt, index) => (
        <ItemCard
          key={prompt.id}
          title={prompt.title || t("systemProfile.unnamed")}
          detail={roles.find(({ id }) => id === prompt.role)?.name ?? t("systemProfile.everybody")}
          removeLabel={t("systemProfile.removeItem", { name: prompt.title || t("systemProfile.unnamed") })}
          onRemove={() => change({ prompts: prompts.filter((_, at) => at !== index) })}
          isWanted={prompt.title === "" || hasProblem(`prompts.${index}`)}
        >
          <TextPart part={prompt} at={`prompts.${index}`} roles={roles} fields={fields} problemAt={problemAt} onChange={(part) => set(index, part)} />
        </ItemCard>
      ))}
    </ItemList>
  );
}

/** The stages of a launch, in their order; the agent stops before those of a person. */
export function StageFields({ profile, change, problemAt, hasProblem, fields }: WithFields) {
  const t = useTranslator();
  const { stages, roles } = profile;
  const set = (index: number, part: Partial<Stage>) => change({ stages: stages.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const add = () => change({ stages: [...stages, { id: freshId("stage", stages), title: "", role: null, text: "", byPerson: false }] });
  return (
    <ItemList field="stages" title={t("systemProfile.field.stages")} description={t("systemProfile.stagesText")} problem={problemAt("stages")} addLabel={t("systemProfile.addStage")} onAdd={add}>
      {stages.map((stage, index) => (
        <ItemCard
          key={stage.id}
          title={`${index + 1}. ${stage.title || t("systemProfile.unnamed")}`}
          detail={stage.byPerson ? t("launch.byPerson") : (roles.find(({ id }) => id === stage.role)?.name ?? null)}
          removeLabel={t("systemProfile.removeItem", { name: stage.title || t("systemProfile.unnamed") })}
          onRemove={() => change({ stages: stages.filter((_, at) => at !== index) })}
          isWanted={stage.title === "" || hasProblem(`stages.${index}`)}
          move={index > 0 ? { label: t("form.earlier", { item: stage.title || t("systemProfile.unnamed") }), run: () => change({ stages: moved(stages, index, index - 1) }) } : null}
        >
          <TextPart part={stage} at={`stages.${index}`} roles={roles} fields={fields} problemAt={problemAt} onChange={(part) => set(index, part)} />
          <Checkbox label={t("systemProfile.byPerson")} isSelected={stage.byPerson} onChange={(byPerson) => set(index, { byPerson })} />
        </ItemCard>
      ))}
    </ItemList>
  );
}

function TextPart({ part, at, roles, fields, problemAt, onChange }: { part: Prompt; at: string; roles: readonly Role[]; fields: readonly string[]; problemAt: Editing["problemAt"]; onChange: (part: Partial<Prompt>) => void }) {
  const t = useTranslator();
  const names = fields.map((name) => `{{ intake.${name} }}`).join(" ");
  return (
    <>
      <TextField label={t("systemProfile.partTitle")} value={part.title} onChange={(title) => onChange({ title })} maxLength={120} error={problemAt(`${at}.title`)} isRequired />
      <Select
        label={t("systemProfile.forRole")}
        value={part.role ?? EVERYBODY}
        options={[{ value: EVERYBODY, label: t("systemProfile.everybody") }, ...roles.map(({ id, name }) => ({ value: id, label: name || t("systemProfile.unnamed") }))]}
        onChange={(role) => onChange({ role: role === EVERYBODY ? null : role })}
      />
      <TextField label={t("systemProfile.text")} value={part.text} onChange={(text) => onChange({ text })} rows={7} isMono error={problemAt(`${at}.text`)} {...(names ? { description: t("systemProfile.textNames", { names }) } : {})} />
    </>
  );
}
