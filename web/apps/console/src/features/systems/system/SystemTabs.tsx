import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { Crumbs } from "../../../shared/Crumbs.tsx";

import "./SystemTabs.css";

export const PARTS = ["launch", "profile", "vault", "sharing", "runs"] as const;
export type SystemPart = (typeof PARTS)[number];

/** The parts of a system's page, each with its own address. */
export function SystemTabs({ systemId, current }: { systemId: string; current: SystemPart }) {
  const t = useTranslator();
  return (
    <nav className="SystemTabs" aria-label={t("systems.parts")}>
      {PARTS.map((part) => (
        <Link
          key={part}
          to="/systems/$systemId/$part"
          params={{ systemId, part }}
          className="SystemTabs-tab"
          activeProps={{}}
          {...(part === current ? { "aria-current": "page" as const, "data-current": true } : {})}
        >
          {t(`systems.part.${part}`)}
        </Link>
      ))}
    </nav>
  );
}

/** The way back to all systems. */
SystemTabs.Back = function Back() {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/systems">{t("systems.title")}</Link>
    </Crumbs>
  );
};
