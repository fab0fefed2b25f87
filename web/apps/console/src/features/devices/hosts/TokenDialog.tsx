import type { Host, NewHostToken } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, Dialog, Dot, Icon } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { useLabels } from "../../../shared/useLabels.ts";
import { useNow } from "../../../shared/useNow.ts";
import { useHost, useHostTokens } from "./hostQueries.ts";

import "./TokenDialog.css";

const INSTALL = "pip install openclaw";

export interface TokenDialogProps {
  token: NewHostToken;
  onClose: () => void;
  onAgain: () => void;
  /** It brings a host back whose credential was rotated: what it needs is on the machine already. */
  isRenewal?: boolean;
}

/** The one command; it follows what becomes of its token by the events of the workspace's hosts. */
export function TokenDialog({ token, onClose, onAgain, isRenewal = false }: TokenDialogProps) {
  const t = useTranslator();
  const labels = useLabels();
  const navigate = useNavigate();
  const now = useNow(1000);
  const standing = useHostTokens(true).data?.find(({ id }) => id === token.id);
  const msLeft = Date.parse(token.expiresAt) - now;
  const isUsed = standing?.status === "used";
  const host = useHost(isUsed ? standing.hostId : null).data;
  const isOver = !isUsed && (msLeft <= 0 || standing?.status === "revoked");
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(isUsed ? "hosts.enrolledTitle" : isRenewal ? "hosts.rotatedTitle" : "hosts.commandTitle")}
      closeLabel={t("app.close")}
      data-testid="enrol-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.close")}</Button>
          {isOver && (
            <Button tone="primary" onPress={onAgain}>
              {t("hosts.newToken")}
            </Button>
          )}
          {host && !isRenewal && (
            <Button tone="primary" onPress={() => void navigate({ to: "/hosts/$hostId", params: { hostId: host.id } })} data-testid="open-host">
              {t("hosts.openHost")}
            </Button>
          )}
        </>
      }
    >
      <div className="TokenDialog">
        {!isUsed && !isOver && (
          <>
            <p className="TokenDialog-note">{t(isRenewal ? "hosts.rotatedText" : "hosts.commandText")}</p>
            {!isRenewal && <CodeBlock code={INSTALL} caption={t("hosts.install")} labels={labels} isWrapped />}
            <CodeBlock code={token.command} caption={t(isRenewal ? "hosts.runAgain" : "hosts.run")} labels={labels} isWrapped />
            <p className="TokenDialog-note">{t("hosts.tokenOnce", { time: t.format.countdown(msLeft) })}</p>
          </>
        )}
        {isOver && <Banner tone="attention" title={t("hosts.tokenOver")} />}
        <div role="status" data-testid="enrol-state" data-state={host?.status ?? (isUsed ? "used" : isOver ? "over" : "waiting")}>
          {host ? <Arrived host={host} /> : !isOver && <p className="TokenDialog-waiting"><Dot state="busy" /> {t("hosts.waiting")}</p>}
        </div>
      </div>
    </Dialog>
  );
}

function Arrived({ host }: { host: Host }) {
  const t = useTranslator();
  const isReady = host.status === "healthy" || host.status === "degraded";
  return (
    <p className="TokenDialog-waiting">
      {isReady ? <Icon name="check" /> : <Dot state="busy" />} {t(isReady ? "hosts.ready" : "hosts.enrolled", { name: host.name })}
    </p>
  );
}
