import { useTranslator } from "@openclaw/i18n";
import { TextField } from "@openclaw/ui";
import { useState } from "react";

import { draftOf, fieldsOf, valueOf, type Draft, type Field, type FieldError } from "../../shared/form/fields.ts";
import { SchemaForm } from "../../shared/form/SchemaForm.tsx";

import "./SettingsFields.css";

export interface SettingsState {
  fields: readonly Field[] | null;
  draft: Draft;
  setDraft: (draft: Draft) => void;
  errors: Readonly<Record<string, FieldError>>;
  secrets: Readonly<Record<string, string>>;
  setSecret: (name: string, value: string) => void;
  /** What was written for those secrets. */
  secretsOf: (names: readonly string[]) => Record<string, string>;
  /** The settings, or null when something is missing or wrong, which is then shown. */
  read: () => Record<string, unknown> | null;
}

/** What somebody writes into a form by the manifest's schema of settings, and into those of secrets. */
export function useSettings(schema: Readonly<Record<string, unknown>>, value: unknown = {}): SettingsState {
  // A plugin without a schema has no settings, where a workflow without one may still read an input.
  const fields = Object.keys(schema).length === 0 ? [] : fieldsOf(schema);
  const [draft, setDraft] = useState<Draft>(() => draftOf(fields, value));
  const [errors, setErrors] = useState<Readonly<Record<string, FieldError>>>({});
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  return {
    fields,
    draft,
    setDraft,
    errors,
    secrets,
    setSecret: (name, text) =>
      // One that is left empty is not sent: it stays as it is.
      setSecrets((before) => Object.fromEntries(Object.entries({ ...before, [name]: text }).filter(([, value]) => value !== ""))),
    secretsOf: (names) => Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name))),
    read: () => {
      const filled = valueOf(fields, draft);
      setErrors(filled.errors);
      return Object.keys(filled.errors).length > 0 ? null : filled.value;
    },
  };
}

/** Settings and secrets of a plugin. `known`: secrets that have a value, which nobody sees again. */
export function SettingsFields({ settings, secrets, known = [] }: { settings: SettingsState; secrets: readonly string[]; known?: readonly string[] }) {
  const t = useTranslator();
  const hasFields = settings.fields === null || settings.fields.length > 0;
  return (
    <>
      {hasFields && (
        <fieldset className="SettingsFields">
          <legend className="SettingsFields-title">{t("plugins.settings")}</legend>
          <SchemaForm fields={settings.fields} draft={settings.draft} onChange={settings.setDraft} errors={settings.errors} wholeLabel={t("plugins.settingsJson")} />
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
