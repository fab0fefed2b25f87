import type { ReactNode } from "react";

import { classes } from "../classes.ts";
import { Icon, type IconName } from "../layout/Icon.tsx";

import "./Banner.css";

export type Tone = "neutral" | "accent" | "attention" | "danger";

const ICONS: Record<Tone, IconName> = { neutral: "info", accent: "check", attention: "alert", danger: "alert" };

export interface BannerProps {
  tone?: Tone;
  icon?: IconName;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Announced when it appears: `alert` at once, `status` when the reader is idle. */
  role?: "alert" | "status";
  "data-testid"?: string;
}

export function Banner({ tone = "neutral", icon = ICONS[tone], title, children, action, ...rest }: BannerProps) {
  return (
    <div className={classes("Banner", `Banner--${tone}`)} {...rest}>
      <Icon name={icon} />
      <div className="Banner-text">
        {title && <p className="Banner-title">{title}</p>}
        {children && <div className="Banner-body">{children}</div>}
      </div>
      {action && <div className="Banner-action">{action}</div>}
    </div>
  );
}
