import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./AutomationCrumbs.css";

/** The way back: to all automations, and on pages below one to that. */
export function AutomationCrumbs({ automation }: { automation?: Automation }) {
  const t = useTranslator();
  return (
    <nav className="AutomationCrumbs" aria-label={t("automations.path")}>
      <Link to="/automations">{t("automations.title")}</Link>
      {automation && (
        <>
          <Icon name="chevronRight" size={12} />
          <Link to="/automations/$automationId" params={{ automationId: automation.id }}>
            {automation.name}
          </Link>
        </>
      )}
    </nav>
  );
}
