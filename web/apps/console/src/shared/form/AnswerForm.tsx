import { useTranslator } from "@openclaw/i18n";
import { useState } from "react";

import { errorsOf, hasFields, startOf, WHOLE, type FieldError, type FieldErrors } from "./answer.ts";
import { propertiesOf } from "./schema.ts";
import { SchemaForm } from "./SchemaForm.tsx";
import { JsonField } from "./TypedFields.tsx";

type Json = Record<string, unknown>;

export interface Answer {
  schema: unknown;
  value: Json;
  setValue: (value: Json) => void;
  setFault: (path: string, fault: FieldError | null) => void;
  /** Shown once somebody has tried to send it. */
  errors: FieldErrors;
  /** There is nothing to fill in. */
  isEmpty: boolean;
  /** What is filled in, or null when something is missing or wrong, which is then shown. */
  read: () => Json | null;
}

/** What somebody fills in by a JSON Schema. */
export function useAnswer(schema: unknown, given: unknown = {}): Answer {
  const [value, setValue] = useState<Json>(() => startOf(schema, given));
  const [faults, setFaults] = useState<FieldErrors>({});
  const [isTried, setTried] = useState(false);
  const found = errorsOf(schema, value, faults);
  return {
    schema,
    value,
    setValue,
    setFault: (path, fault) =>
      setFaults((before) => {
        const others = Object.entries(before).filter(([name]) => name !== path);
        return Object.fromEntries(fault ? [...others, [path, fault]] : others);
      }),
    errors: isTried ? found : {},
    isEmpty: hasFields(schema) && propertiesOf(schema).length === 0,
    read: () => {
      setTried(true);
      return Object.keys(found).length > 0 ? null : value;
    },
  };
}

/** The form of an answer, field by field; of a schema that names no fields, one JSON text. */
export function AnswerForm({ answer, wholeLabel }: { answer: Answer; wholeLabel: string }) {
  const t = useTranslator();
  const { schema, value, setValue, setFault, errors } = answer;
  const problemAt = (path: string) => {
    const error = errors[path];
    return error ? t(`form.${error}`) : null;
  };
  if (hasFields(schema)) return <SchemaForm kind="answer" schema={schema} value={value} onChange={setValue} onFault={setFault} problemAt={problemAt} />;
  return (
    <JsonField
      label={wholeLabel}
      schema={{}}
      value={value}
      onChange={(next) => setValue(next as Json)}
      onFault={(fault) => setFault(WHOLE, fault)}
      problem={problemAt(WHOLE)}
      isNeeded
      isLive={false}
      isWhole
      rows={6}
    />
  );
}
