import type { WorkflowDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { Crumbs } from "../../../shared/Crumbs.tsx";

/** The way back: to all workflows, and on pages below a workflow to that. */
export function WorkflowCrumbs({ workflow, workflowId }: { workflow?: WorkflowDetail | null; workflowId?: string }) {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/workflows">{t("workflows.title")}</Link>
      {workflowId && (
        <Link to="/workflows/$workflowId" params={{ workflowId }}>
          {workflow?.name ?? "…"}
        </Link>
      )}
    </Crumbs>
  );
}
