import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { useSystemName } from "../../../shared/useSystem.ts";
import { originsOf } from "../model.ts";

import "./MadeBy.css";

/** What made a result, in a word, and the way to all that it made. */
export function MadeBy({ provenance }: { provenance: Record<string, string> }) {
  const t = useTranslator();
  const [origin] = originsOf(provenance);
  const system = useSystemName(origin?.kind === "system" ? origin.id : null);
  if (!origin) return <span className="MadeBy">{t("results.uploaded")}</span>;
  const name = system ?? t(`results.origin.${origin.kind}`);
  if (!origin.maker) return <span className="MadeBy">{name}</span>;
  return (
    <Link to="/results" search={{ [origin.maker]: origin.id }} className="MadeBy MadeBy-link" aria-label={t("results.allMadeBy", { name })}>
      {name}
    </Link>
  );
}
