import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue, Text } from "react-aria-components";

import { classes } from "../classes.ts";
import { Icon, type IconName } from "../layout/Icon.tsx";

import "./Select.css";

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  detail?: string;
  /** Marks what is reachable now, such as a device that is online. */
  dot?: "live" | "off";
}

export interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly SelectOption<Value>[];
  onChange: (value: Value) => void;
  isLabelHidden?: boolean;
  isQuiet?: boolean;
  isDisabled?: boolean;
  icon?: IconName;
  description?: string;
  "data-testid"?: string;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, isLabelHidden, isQuiet, isDisabled = false, icon, description, ...rest } = props;
  return (
    <AriaSelect
      {...rest}
      className={classes("Select", isQuiet && "Select--quiet")}
      value={value}
      isDisabled={isDisabled}
      onChange={(key) => key !== null && onChange(String(key) as Value)}
    >
      <Label className={isLabelHidden ? "visually-hidden" : "Select-label"}>{label}</Label>
      <Button className="Select-button">
        {icon && <Icon name={icon} size={14} />}
        <SelectValue className="Select-value">
          {() => <Choice option={options.find((option) => option.value === value)} />}
        </SelectValue>
        <Icon name="chevronDown" size={14} />
      </Button>
      {description && (
        <Text slot="description" className="Select-description">
          {description}
        </Text>
      )}
      <Popover className="Select-popover" offset={4}>
        <ListBox className="Select-list">
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} textValue={option.label} className="Select-option">
              <span className="Select-optionText">
                <Choice option={option} />
                {option.detail && <span className="Select-detail">{option.detail}</span>}
              </span>
              {option.value === value && <Icon name="check" size={14} />}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

function Choice({ option }: { option: SelectOption<string> | undefined }) {
  return (
    <span className="Select-choice">
      {option?.dot && <span className={`Select-dot Select-dot--${option.dot}`} />}
      <span className="Select-choiceText">{option?.label ?? ""}</span>
    </span>
  );
}
