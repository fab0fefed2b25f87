import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps, type PressEvent } from "react-aria-components";

import { classes } from "../classes.ts";
import { Icon, type IconName } from "../layout/Icon.tsx";
import { Tooltip } from "../overlays/Tooltip.tsx";

import "./Button.css";

export type ButtonTone = "primary" | "secondary" | "quiet" | "danger";

interface Shared {
  onPress?: ((event: PressEvent) => void) | undefined;
  isDisabled?: boolean | undefined;
  /** Work is under way: the button keeps its place and focus but takes no presses. */
  isPending?: boolean | undefined;
  "data-testid"?: string | undefined;
}

export interface ButtonProps extends Shared {
  children: ReactNode;
  tone?: ButtonTone;
  size?: "s" | "m";
  icon?: IconName;
  type?: "button" | "submit";
  isWide?: boolean;
  autoFocus?: boolean;
  "aria-expanded"?: boolean;
  "aria-describedby"?: string;
}

export function Button({ tone = "secondary", size = "m", icon, isWide, children, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...defined(rest)}
      className={classes("Button", `Button--${tone}`, size === "s" && "Button--s", isWide && "Button--wide")}
    >
      {icon && <Icon name={icon} size={size === "s" ? 14 : 16} />}
      <span className="Button-label">{children}</span>
    </AriaButton>
  );
}

export interface IconButtonProps extends Shared {
  icon: IconName;
  /** The accessible name, also shown as a tooltip. */
  label: string;
  size?: "s" | "m";
  tone?: "quiet" | "primary" | "danger";
  type?: "button" | "submit";
  isPressed?: boolean;
  hasTooltip?: boolean;
}

export function IconButton({ icon, label, size = "m", tone = "quiet", isPressed, hasTooltip = true, ...rest }: IconButtonProps) {
  const button = (
    <AriaButton
      {...defined(rest)}
      aria-label={label}
      {...(isPressed === undefined ? {} : { "aria-pressed": isPressed })}
      className={classes("Button", "Button--icon", `Button--${tone}`, size === "s" && "Button--s")}
    >
      <Icon name={icon} size={size === "s" ? 14 : 16} />
    </AriaButton>
  );
  return hasTooltip ? <Tooltip text={label}>{button}</Tooltip> : button;
}

/** Drops undefined properties: the library tells "absent" from "undefined". */
export function defined<Props extends object>(props: Props): AriaButtonProps {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as AriaButtonProps;
}
