import { Switch as AriaSwitch } from "react-aria-components";

import "./Switch.css";

export interface SwitchProps {
  label: string;
  /** In a list, where the row says it. */
  isLabelHidden?: boolean;
  isSelected: boolean;
  isDisabled?: boolean;
  onChange: (isSelected: boolean) => void;
  "data-testid"?: string;
}

/** Something that is on or off from now on, without saving. */
export function Switch({ label, isLabelHidden, isSelected, isDisabled = false, onChange, ...rest }: SwitchProps) {
  return (
    <AriaSwitch {...rest} className="Switch" isSelected={isSelected} isDisabled={isDisabled} onChange={onChange}>
      <span className="Switch-track" />
      {isLabelHidden ? <span className="visually-hidden">{label}</span> : label}
    </AriaSwitch>
  );
}
