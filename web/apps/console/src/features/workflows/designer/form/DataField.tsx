import { useTranslator } from "@openclaw/i18n";

import { useTyped, type Reading } from "../../../../shared/form/useTyped.ts";
import { isFault, readYaml, writeYaml } from "../model/yaml.ts";
import { CodeField } from "./CodeField.tsx";

import "./DataField.css";

export interface DataFieldProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  problem: string | null;
}

/** JSON of any form, written as YAML. */
export function DataField({ label, value, onChange, problem }: DataFieldProps) {
  const t = useTranslator();
  const read = (text: string): Reading<string> => {
    const found = readYaml(text);
    return isFault(found) ? { fault: t("designer.unreadableLine", { line: found.line, message: found.message }) } : { value: found.data ?? undefined };
  };
  const write = (data: unknown) => (data === undefined || data === null ? "" : writeYaml(data).trimEnd());
  const { typed, type, fault } = useTyped<string>({ value, onChange, read, write });
  const wrong = fault ?? problem;
  return (
    <div className="DataField">
      <CodeField label={label} language="yaml" value={typed} onChange={type} isInvalid={wrong !== null} />
      {wrong && <p className="DataField-error">{wrong}</p>}
    </div>
  );
}
