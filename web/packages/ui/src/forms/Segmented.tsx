import { Label, Radio, RadioGroup } from "react-aria-components";

import "./Segmented.css";

export interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  isLabelHidden?: boolean;
}

/** One choice of a few, all in view. */
export function Segmented<Value extends string>({ label, value, options, onChange, isLabelHidden }: SegmentedProps<Value>) {
  return (
    <RadioGroup className="Segmented" orientation="horizontal" value={value} onChange={(next) => onChange(next as Value)}>
      <Label className={isLabelHidden ? "visually-hidden" : "Segmented-label"}>{label}</Label>
      <div className="Segmented-track">
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="Segmented-option">
            {option.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
