import type { ReactElement } from "react";
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from "react-aria-components";

import { classes } from "../classes.ts";
import { Icon, type IconName } from "../layout/Icon.tsx";

import "./Menu.css";

export interface MenuAction {
  id: string;
  label: string;
  detail?: string;
  icon?: IconName;
  isDestructive?: boolean;
  isSelected?: boolean;
  run: () => void;
}

export interface MenuGroup {
  label?: string;
  actions: readonly MenuAction[];
}

/** A button (`children`) that opens a list of actions. Groups are parted by a line. */
export function Menu({ label, groups, children }: { label: string; groups: readonly MenuGroup[]; children: ReactElement }) {
  return (
    <MenuTrigger>
      {children}
      <Popover className="Menu-popover" offset={4}>
        <AriaMenu className="Menu" aria-label={label}>
          {groups.flatMap((group, index) => [
            ...(index > 0 ? [<Separator key={`line-${index}`} className="Menu-line" />] : []),
            <MenuSection key={group.label ?? index} {...(group.label ? {} : { "aria-label": label })}>
              {group.label && <Header className="Menu-heading">{group.label}</Header>}
              {group.actions.map((action) => (
                <Item key={action.id} action={action} />
              ))}
            </MenuSection>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Item({ action }: { action: MenuAction }) {
  return (
    <MenuItem
      id={action.id}
      textValue={action.label}
      className={classes("Menu-item", action.isDestructive && "Menu-item--danger")}
      onAction={action.run}
      {...(action.isSelected ? { "aria-current": "true" as const } : {})}
    >
      {action.icon && <Icon name={action.icon} />}
      <span className="Menu-text">
        <span>{action.label}</span>
        {action.detail && <span className="Menu-detail">{action.detail}</span>}
      </span>
      {action.isSelected && <Icon name="check" />}
    </MenuItem>
  );
}
