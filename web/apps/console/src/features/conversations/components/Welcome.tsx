import type { Device } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";

import { useLocal, useLocalSurface } from "../../../shared/services.tsx";
import { LinkDeviceButton, LocalHere, useLinkDialog, useLocalWords } from "../../devices/index.ts";
import { DemoBanner } from "./DemoBanner.tsx";
import { Examples } from "./Examples.tsx";

import "./Welcome.css";

/** A chat that has not begun: what to do first. `devices` is null while they are being read. */
export function Welcome({ devices, isDemo, onPick }: { devices: readonly Device[] | null; isDemo: boolean; onPick: (text: string) => void }) {
  const t = useTranslator();
  const { startLinking, linkDialog } = useLinkDialog();
  const isFirst = devices?.length === 0;
  // Live content has a place of its own above, with the same words.
  const { kind } = useLocalSurface("home").state;
  const isLive = kind === "live" || kind === "degraded";
  // A bridge that can be linked has the first button beside it, and one is enough.
  const canLinkHere = useLocalWords(useLocal()).action === "link";
  return (
    <div className="Welcome">
      {linkDialog}
      <div className="Welcome-column">
        <div className="Welcome-lead">
          <h2 className="Welcome-title">{t(isFirst ? "welcome.titleFirst" : "welcome.title")}</h2>
          <p className="Welcome-text">{t(isFirst ? "welcome.textFirst" : "welcome.text")}</p>
          {isFirst && (
            <div className="Welcome-action">
              {!canLinkHere && <LinkDeviceButton onPress={startLinking} />}
              <p className="Welcome-note">{t("welcome.later")}</p>
            </div>
          )}
        </div>
        {!isLive && <LocalHere onLink={startLinking} />}
        <Examples onPick={onPick} title={t(isDemo ? "demo.try" : "welcome.try")} />
        {isDemo && <DemoBanner onPick={onPick} />}
      </div>
    </div>
  );
}
