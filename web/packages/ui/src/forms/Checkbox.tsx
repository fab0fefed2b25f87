import { Checkbox as AriaCheckbox } from "react-aria-components";

import { Icon } from "../layout/Icon.tsx";

import "./Checkbox.css";

export interface CheckboxProps {
  label: string;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
}

export function Checkbox({ label, isSelected, onChange }: CheckboxProps) {
  return (
    <AriaCheckbox className="Checkbox" isSelected={isSelected} onChange={onChange}>
      <span className="Checkbox-box">{isSelected && <Icon name="check" size={12} />}</span>
      {label}
    </AriaCheckbox>
  );
}
