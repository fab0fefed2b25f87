import { UnreachableError } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Mark } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./Failure.css";

/** A page that broke, or that could not get what it shows. */
export function Failure({ error }: { error: unknown }) {
  const t = useTranslator();
  const isUnreachable = error instanceof UnreachableError;
  return (
    <main className="Failure">
      <Mark size={32} />
      <h1 className="Failure-title">{t(isUnreachable ? "failure.unreachableTitle" : "failure.title")}</h1>
      <p className="Failure-text">{t(isUnreachable ? "failure.unreachableText" : "failure.text")}</p>
      <Button tone="primary" icon="refresh" onPress={() => window.location.reload()}>
        {t("failure.reload")}
      </Button>
      {!isUnreachable && (
        <details className="Failure-details">
          <summary>{t("failure.details")}</summary>
          <pre>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
        </details>
      )}
    </main>
  );
}

export function NotFound() {
  const t = useTranslator();
  return (
    <main className="Failure">
      <Mark size={32} />
      <h1 className="Failure-title">{t("notFound.title")}</h1>
      <p className="Failure-text">{t("notFound.text")}</p>
      <Link to="/" className="Failure-home">
        {t("notFound.home")}
      </Link>
    </main>
  );
}
