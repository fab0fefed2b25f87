import type { ReactNode } from "react";
import { Label, Radio, RadioGroup, Text } from "react-aria-components";

import { classes } from "../classes.ts";

import "./Choices.css";

export interface ChoicesProps<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly { value: Value; label: string; detail?: ReactNode; picture?: ReactNode; isDisabled?: boolean }[];
  onChange: (value: Value) => void;
  isLabelHidden?: boolean;
  /** Beside one another, where there is room: for choices that are known by their pictures. */
  isRow?: boolean;
  isDisabled?: boolean;
  error?: string | null;
  "data-testid"?: string;
}

/** One choice of a few that need some words each. */
export function Choices<Value extends string>({ label, value, options, onChange, isLabelHidden, isRow, isDisabled = false, error, ...rest }: ChoicesProps<Value>) {
  return (
    <RadioGroup {...rest} className="Choices" value={value ?? ""} isDisabled={isDisabled} isInvalid={Boolean(error)} onChange={(next) => onChange(next as Value)}>
      <Label className={isLabelHidden ? "visually-hidden" : "Choices-label"}>{label}</Label>
      <div className={classes("Choices-options", isRow && "Choices-options--row")}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} isDisabled={option.isDisabled ?? false} className="Choices-option" data-value={option.value}>
            {option.picture ?? <span className="Choices-mark" />}
            <span className="Choices-text">
              <span className="Choices-name">{option.label}</span>
              {option.detail && <span className="Choices-detail">{option.detail}</span>}
            </span>
          </Radio>
        ))}
      </div>
      {error && (
        <Text slot="errorMessage" className="Choices-error">
          {error}
        </Text>
      )}
    </RadioGroup>
  );
}
