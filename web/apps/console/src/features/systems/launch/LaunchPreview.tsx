import type { SystemLaunch } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Dialog } from "@openclaw/ui";

import "./LaunchPreview.css";

/** All that a launch would tell the agent, before anything is launched. */
export function LaunchPreview({ plan, onClose }: { plan: SystemLaunch; onClose: () => void }) {
  const t = useTranslator();
  return (
    <Dialog isOpen onClose={onClose} title={plan.title} closeLabel={t("app.close")} data-testid="launch-preview" actions={<Button onPress={onClose}>{t("app.close")}</Button>}>
      <div className="LaunchPreview">
        {plan.stages.length > 0 && (
          <ol className="LaunchPreview-stages">
            {plan.stages.map(({ id, title, text, byPerson }) => (
              <li key={id}>
                <p className="LaunchPreview-title">
                  {title} {byPerson && <Badge tone="attention">{t("launch.byPerson")}</Badge>}
                </p>
                <p className="LaunchPreview-text">{text}</p>
              </li>
            ))}
          </ol>
        )}
        <h3 className="LaunchPreview-heading">{t("launch.request")}</h3>
        <p className="LaunchPreview-said">{plan.prompt}</p>
        <h3 className="LaunchPreview-heading">{t("launch.instructions")}</h3>
        <p className="LaunchPreview-said">{plan.instructions}</p>
      </div>
    </Dialog>
  );
}
