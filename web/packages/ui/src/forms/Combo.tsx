import { Button, ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";

import { Icon } from "../layout/Icon.tsx";
import type { SelectOption } from "./Select.tsx";

import "./Combo.css";

export interface ComboProps<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly SelectOption<Value>[];
  onChange: (value: Value | null) => void;
  /** Where the options are searched elsewhere; without it they are narrowed by what is typed. */
  onType?: (text: string) => void;
  /** Shown where nothing fits. */
  noneText: string;
  description?: string;
  error?: string | null;
  placeholder?: string;
  isRequired?: boolean;
  "data-testid"?: string;
}

/** One of many, found by typing. */
export function Combo<Value extends string>(props: ComboProps<Value>) {
  const { label, value, options, onChange, onType, noneText, description, error, placeholder, isRequired = false, ...rest } = props;
  return (
    <ComboBox
      {...rest}
      className="Combo"
      value={value}
      onChange={(key) => onChange(key === null ? null : (String(key) as Value))}
      items={options}
      isInvalid={Boolean(error)}
      isRequired={isRequired}
      validationBehavior="aria"
      menuTrigger="focus"
      allowsEmptyCollection
      {...(onType ? { onInputChange: onType } : {})}
      {...(onType ? { defaultFilter: () => true } : {})}
    >
      <Label className="Combo-label">{label}</Label>
      <div className="Combo-box">
        <Input className="Combo-input" spellCheck="false" {...(placeholder ? { placeholder } : {})} />
        <Button className="Combo-button">
          <Icon name="chevronDown" size={14} />
        </Button>
      </div>
      {description && (
        <Text slot="description" className="Combo-description">
          {description}
        </Text>
      )}
      <FieldError className="Combo-error">{error}</FieldError>
      <Popover className="Combo-popover" offset={4}>
        <ListBox<SelectOption<Value>> className="Combo-list" renderEmptyState={() => <p className="Combo-none">{noneText}</p>}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="Combo-option">
              <span className="Combo-optionText">
                {option.label}
                {option.detail && <span className="Combo-detail">{option.detail}</span>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
