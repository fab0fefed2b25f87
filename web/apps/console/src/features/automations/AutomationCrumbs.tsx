import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { Crumbs } from "../../shared/Crumbs.tsx";

/** The way back: to all automations, and on pages below one to that. */
export function AutomationCrumbs({ automation }: { automation?: Automation }) {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/automations">{t("automations.title")}</Link>
      {automation && (
        <Link to="/automations/$automationId" params={{ automationId: automation.id }}>
          {automation.name}
        </Link>
      )}
    </Crumbs>
  );
}
