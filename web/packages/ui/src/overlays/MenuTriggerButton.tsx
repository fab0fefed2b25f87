import { Button } from "react-aria-components";

import { Icon } from "../layout/Icon.tsx";

import "./MenuTriggerButton.css";

/** A wide, two-line menu opener: who, and in what. */
export function MenuTriggerButton({ title, detail, label }: { title: string; detail: string; label: string }) {
  return (
    <Button className="MenuTriggerButton">
      <span className="visually-hidden">{label}</span>
      <span className="MenuTriggerButton-initial" aria-hidden="true">
        {[...title][0]?.toUpperCase()}
      </span>
      <span className="MenuTriggerButton-text">
        <span className="MenuTriggerButton-title">{title}</span>
        <span className="MenuTriggerButton-detail">{detail}</span>
      </span>
      <Icon name="more" />
    </Button>
  );
}
