import type { WorkflowDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./WorkflowCrumbs.css";

/** The way back: to all workflows, and on pages below a workflow to that. */
export function WorkflowCrumbs({ workflow, workflowId }: { workflow?: WorkflowDetail | null; workflowId?: string }) {
  const t = useTranslator();
  return (
    <nav className="WorkflowCrumbs" aria-label={t("workflows.path")}>
      <Link to="/workflows">{t("workflows.title")}</Link>
      {workflowId && (
        <>
          <Icon name="chevronRight" size={12} />
          <Link to="/workflows/$workflowId" params={{ workflowId }}>
            {workflow?.name ?? "…"}
          </Link>
        </>
      )}
    </nav>
  );
}
