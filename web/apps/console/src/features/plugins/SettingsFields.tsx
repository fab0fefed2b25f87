import { useTranslator } from "@openclaw/i18n";
import { TextField } from "@openclaw/ui";
import { useState } from "react";

import { AnswerForm, useAnswer, type Answer } from "../../shared/form/AnswerForm.tsx";

import "./SettingsFields.css";

export interface SettingsState {
  answer: Answer;
  secrets: Readonly<Record<string, string>>;
  setSecret: (name: string, value: string) => void;
  /** What was written for those secrets. */
  secretsOf: (names: readonly string[]) => Record<string, string>;
  /** The settings, or null when something is missing or wrong, which is then shown. */
  read: Answer["read"];
}

/** What somebody writes into a form by the manifest's schema of settings, and into those of secrets. */
export function useSettings(schema: Readonly<Record<string, unknown>>, value: unknown = {}): SettingsState {
  // A plugin without a schema has no settings, where a workflow without one may still read an input.
  const answer = useAnswer(Object.keys(schema).length === 0 ? { properties: {} } : schema, value);
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  return {
    answer,
    secrets,
    setSecret: (name, text) =>
      // One that is left empty is not sent: it stays as it is.
      setSecrets((before) => Object.fromEntries(Object.entries({ ...before, [name]: text }).filter(([, value]) => value !== ""))),
    secretsOf: (names) => Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name))),
    read: answer.read,
  };
}

/** Settings and secrets of a plugin. `known`: secrets that have a value, which nobody sees again. */
export function SettingsFields({ settings, secrets, known = [] }: { settings: SettingsState; secrets: readonly string[]; known?: readonly string[] }) {
  const t = useTranslator();
  return (
    <>
      {!settings.answer.isEmpty && (
        <fieldset className="SettingsFields">
          <legend className="SettingsFields-title">{t("plugins.settings")}</legend>
          <AnswerForm answer={settings.answer} wholeLabel={t("plugins.settingsJson")} />
        </fieldset>
      )}
      {secrets.length > 0 && (
        <fieldset className="SettingsFields">
          <legend className="SettingsFields-title">{t("plugins.secrets")}</legend>
          {secrets.map((name) => (
            <TextField
              key={name}
              label={name}
              type="password"
              value={settings.secrets[name] ?? ""}
              onChange={(value) => settings.setSecret(name, value)}
              autoComplete="off"
              maxLength={8_000}
              description={t(known.includes(name) ? "plugins.secretKept" : "plugins.secretText")}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
