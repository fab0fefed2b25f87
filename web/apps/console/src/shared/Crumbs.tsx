import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Children, Fragment, type ReactNode } from "react";

import "./Crumbs.css";

/** The way back above a page's title: links, the one that leads furthest back first. */
export function Crumbs({ children }: { children: ReactNode }) {
  const t = useTranslator();
  return (
    <nav className="Crumbs" aria-label={t("app.path")}>
      {Children.toArray(children).map((link, index) => (
        <Fragment key={index}>
          {index > 0 && <Icon name="chevronRight" size={12} />}
          {link}
        </Fragment>
      ))}
    </nav>
  );
}
