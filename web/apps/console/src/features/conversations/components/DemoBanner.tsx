import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { Examples } from "./Examples.tsx";

import "./DemoBanner.css";

/** Says plainly that no real model answers, and shows what the rules understand. */
export function DemoBanner({ onPick, isCompact = false }: { onPick: (text: string) => void; isCompact?: boolean }) {
  const t = useTranslator();
  const connect = (
    <Link to="/settings/$section" params={{ section: "models" }} className="DemoBanner-link">
      {t("demo.connect")}
    </Link>
  );
  if (isCompact) {
    return (
      <div className="DemoBanner DemoBanner--compact" data-testid="demo-banner">
        <details className="DemoBanner-details">
          <summary className="DemoBanner-summary">
            <Icon name="info" size={14} />
            <span>
              <strong>{t("demo.lead")}</strong> {t("demo.short")}
            </span>
            <Icon name="chevronDown" size={14} />
          </summary>
          <div className="DemoBanner-more">
            <p>{t("demo.text")}</p>
            <Examples onPick={onPick} title={t("demo.try")} />
          </div>
        </details>
        {connect}
      </div>
    );
  }
  return (
    <div className="DemoBanner" role="note" data-testid="demo-banner">
      <Icon name="info" />
      <p>
        <strong>{t("demo.lead")}</strong> {t("demo.text")} {connect}
      </p>
    </div>
  );
}
