import { loadWords, useTranslator } from "@openclaw/i18n";
import { Skeleton } from "@openclaw/ui";
import { lazy, Suspense } from "react";

import "./DesignerPage.css";

// The canvas, the editors, what they stand on and their words are large: nobody else's page waits for them.
const DesignerRoute = lazy(async () => {
  const [{ DesignerRoute: component }] = await Promise.all([import("./DesignerRoute.tsx"), loadWords()]);
  return { default: component };
});

/** The pages `/workflows/new` (null) and `/workflows/$workflowId/edit`; `?run=` shows a run, `?step=` opens a step. */
export function DesignerPage({ workflowId }: { workflowId: string | null }) {
  const t = useTranslator();
  return (
    <Suspense
      fallback={
        <div className="DesignerPage-wait">
          <Skeleton label={t("app.loading")} lines={4} isBlock />
        </div>
      }
    >
      <DesignerRoute workflowId={workflowId} />
    </Suspense>
  );
}
