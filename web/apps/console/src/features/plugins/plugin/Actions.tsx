import type { PluginAction } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Section } from "@openclaw/ui";

import { inputsOf } from "../model.ts";

import "./Actions.css";

/** What a plugin can be asked to do, and what each takes. */
export function Actions({ actions }: { actions: readonly PluginAction[] }) {
  const t = useTranslator();
  return (
    <Section title={t("plugins.actions")} description={t("plugins.actionsText")}>
      <ul className="Actions" aria-label={t("plugins.actions")}>
        {actions.map((action) => (
          <Item key={action.name} action={action} />
        ))}
      </ul>
    </Section>
  );
}

function Item({ action }: { action: PluginAction }) {
  const t = useTranslator();
  const inputs = inputsOf(action.input);
  return (
    <li className="Actions-item" data-testid="plugin-action">
      <div className="Actions-head">
        <span className="Actions-title">{action.title}</span>
        <code className="Actions-faint">{action.name}</code>
        <Badge tone={action.effect === "delete" ? "danger" : "neutral"}>{t(`plugins.effect.${action.effect}`)}</Badge>
      </div>
      {action.description && <p className="Actions-text">{action.description}</p>}
      {inputs.length > 0 && (
        <ul className="Actions-inputs" aria-label={t("plugins.inputsOf", { title: action.title })}>
          {inputs.map((input) => (
            <li key={input.name} className="Actions-input">
              <code>{input.name}</code>
              <span className="Actions-faint">{[input.type, ...(input.isRequired ? [] : [t("app.optional")])].join(" · ")}</span>
              {input.description && <span className="Actions-description">{input.description}</span>}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
