import type { ReactNode } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from "react-aria-components";

import { classes } from "../classes.ts";

import "./TextField.css";

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  name?: string;
  type?: "text" | "email" | "password" | "url" | "search" | "date" | "time";
  description?: ReactNode;
  error?: string | null;
  placeholder?: string;
  autoComplete?: string;
  autoFocus?: boolean;
  isRequired?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  isLabelHidden?: boolean;
  isMono?: boolean;
  minLength?: number;
  maxLength?: number;
  inputMode?: "text" | "numeric" | "decimal" | "url" | "email";
  rows?: number;
}

/** A labelled text input, or a text area when `rows` is given. Validation messages are the caller's words. */
export function TextField({ label, description, error, isLabelHidden, isMono, placeholder, rows, ...rest }: TextFieldProps) {
  const input = { className: classes("TextField-input", isMono && "TextField-input--mono"), ...(placeholder ? { placeholder } : {}) };
  return (
    <AriaTextField {...rest} className="TextField" isInvalid={Boolean(error)} validationBehavior="aria" {...(isMono || rest.type ? { spellCheck: "false" } : {})}>
      <Label className={isLabelHidden ? "visually-hidden" : "TextField-label"}>{label}</Label>
      {rows ? <TextArea {...input} rows={rows} /> : <Input {...input} />}
      {description && (
        <Text slot="description" className="TextField-description">
          {description}
        </Text>
      )}
      <FieldError className="TextField-error">{error}</FieldError>
    </AriaTextField>
  );
}
