import { Checkbox as AriaCheckbox } from "react-aria-components";

import { Icon } from "../layout/Icon.tsx";

import "./Checkbox.css";

export interface CheckboxProps {
  label: string;
  /** In a table, where row and column say it. */
  isLabelHidden?: boolean;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
}

export function Checkbox({ label, isLabelHidden, isSelected, onChange }: CheckboxProps) {
  return (
    <AriaCheckbox className="Checkbox" isSelected={isSelected} onChange={onChange}>
      <span className="Checkbox-box">{isSelected && <Icon name="check" size={12} />}</span>
      {isLabelHidden ? <span className="visually-hidden">{label}</span> : label}
    </AriaCheckbox>
  );
}
