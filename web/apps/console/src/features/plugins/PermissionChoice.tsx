import type { PluginPermission } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Checkbox } from "@openclaw/ui";

import "./PermissionChoice.css";

export interface PermissionChoiceProps {
  asked: readonly PluginPermission[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** What a plugin asks for, in words; each can be left out. */
export function PermissionChoice({ asked, chosen, onChange }: PermissionChoiceProps) {
  const t = useTranslator();
  const set = (name: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(name);
    else next.delete(name);
    onChange(next);
  };
  return (
    <fieldset className="PermissionChoice">
      <legend className="PermissionChoice-title">{t("plugins.itMay")}</legend>
      {asked.length === 0 ? (
        <p>{t("plugins.noPermissions")}</p>
      ) : (
        <>
          {asked.map(({ name, words }) => (
            <Checkbox key={name} label={words} isSelected={chosen.has(name)} onChange={(isChosen) => set(name, isChosen)} />
          ))}
          <p className="PermissionChoice-note">{t("plugins.leaveOut")}</p>
        </>
      )}
    </fieldset>
  );
}
