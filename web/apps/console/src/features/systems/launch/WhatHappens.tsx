import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import { profileOf } from "../profile/profile.ts";
import { useKeeper } from "../words.ts";

import "./WhatHappens.css";

/** The way from the form to the result: the stages, who works in each, and what comes out. */
export function WhatHappens({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const keeper = useKeeper(system);
  if (!system.profile) return <p className="WhatHappens-text">{t("launch.onKeeper", { name: keeper.name })}</p>;
  const { roles, stages, deliverables } = profileOf(system.profile);
  const nameOf = (id: string | null) => roles.find((role) => role.id === id)?.name ?? null;
  return (
    <div className="WhatHappens">
      {stages.length > 0 ? (
        <ol className="WhatHappens-stages">
          {stages.map((stage) => (
            <li key={stage.id} className="WhatHappens-stage">
              <span className="WhatHappens-title">{stage.title}</span>
              {stage.byPerson ? <Badge tone="attention">{t("launch.byPerson")}</Badge> : nameOf(stage.role) && <span className="WhatHappens-role">{nameOf(stage.role)}</span>}
            </li>
          ))}
        </ol>
      ) : (
        <p className="WhatHappens-text">{t("launch.team", { names: roles.map(({ name }) => name).join(t("app.comma")) })}</p>
      )}
      {deliverables.length > 0 && (
        <div>
          <p className="WhatHappens-heading">{t("systems.makes")}</p>
          <ul className="WhatHappens-list">
            {deliverables.map(({ id, title }) => (
              <li key={id}>{title}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
