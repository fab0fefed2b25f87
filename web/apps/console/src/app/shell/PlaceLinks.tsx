import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import type { Place } from "./places.ts";

export interface PlaceLinksProps {
  places: Place[];
  onLeave?: (() => void) | undefined;
}

/** Links of the navigation, the page that is open marked. */
export function PlaceLinks({ places, onLeave }: PlaceLinksProps) {
  const t = useTranslator();
  return places.map(({ to, icon, label, Aside }) => (
    <Link key={to} to={to} className="ShellNavigation-link" activeProps={{ "data-active": true }} onClick={onLeave}>
      <Icon name={icon} />
      <span className="ShellNavigation-label">{t(label)}</span>
      {Aside && <Aside />}
    </Link>
  ));
}
