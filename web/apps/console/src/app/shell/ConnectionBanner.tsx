import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { useEffect, useState } from "react";

import { useConnection } from "../../shared/services.tsx";

import "./ConnectionBanner.css";

/** A short break is not worth a banner that comes and goes. */
const PATIENCE_MS = 1_500;

/** Says so while the live connection is away. Nothing shows while all is well. */
export function ConnectionBanner() {
  const t = useTranslator();
  const state = useConnection();
  const isAway = state === "reconnecting" || state === "offline";
  const [isShown, setShown] = useState(false);

  useEffect(() => {
    if (!isAway) {
      setShown(false);
      return;
    }
    const timer = window.setTimeout(() => setShown(true), state === "offline" ? 0 : PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [isAway, state]);

  return (
    <div role="status" data-testid="connection" data-state={state}>
      {isAway && isShown && (
        <p className="ConnectionBanner" data-state={state}>
          <Icon name="unplugged" size={14} />
          <span>
            <strong>{t(state === "offline" ? "connection.offline" : "connection.reconnecting")}</strong>{" "}
            {t(state === "offline" ? "connection.offlineDetail" : "connection.reconnectingDetail")}
          </span>
        </p>
      )}
    </div>
  );
}
