import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Icon, Skeleton } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { useDevices } from "../queries.ts";
import { useChallenge } from "../useLink.ts";
import { LinkByCode } from "./LinkByCode.tsx";
import { ThisMachine } from "./ThisMachine.tsx";

import "./LinkDialog.css";

/** Links a machine in one place: the one at hand by a click, any other by a code. Mounted while it is open. */
export function LinkDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const link = useChallenge();
  return (
    <Dialog isOpen onClose={onClose} title={t("link.title")} closeLabel={t("app.close")} data-testid="link-dialog">
      {link.error && (
        <Banner tone="danger" role="alert" action={<Button size="s" onPress={link.renew}>{t("app.retry")}</Button>}>
          {t.error(link.error)}
        </Banner>
      )}
      {!link.challenge && !link.error && <Skeleton label={t("link.preparing")} lines={4} />}
      {link.challenge && link.state === "redeemed" && <Linked deviceId={link.deviceId} onClose={onClose} />}
      {link.challenge && link.state === "pending" && (
        <div className="LinkDialog">
          <ThisMachine challenge={link.challenge} />
          <LinkByCode challenge={link.challenge} msLeft={link.msLeft} triesLeft={link.triesLeft} />
        </div>
      )}
      {link.challenge && (link.state === "expired" || link.state === "locked") && (
        <Banner
          tone="attention"
          role="status"
          title={t(link.state === "expired" ? "link.expiredTitle" : "link.endedTitle")}
          action={
            <Button size="s" onPress={link.renew}>
              {t("link.newCode")}
            </Button>
          }
        >
          {t(link.state === "expired" ? "link.expiredText" : "link.endedText")}
        </Banner>
      )}
    </Dialog>
  );
}

function Linked({ deviceId, onClose }: { deviceId: string | null; onClose: () => void }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const { data } = useDevices();
  const name = data?.find((device) => device.id === deviceId)?.name ?? t("tool.someDevice");
  return (
    <div className="LinkDialog-done" role="status" data-testid="link-done">
      <span className="LinkDialog-doneMark">
        <Icon name="check" size={20} />
      </span>
      <p className="LinkDialog-doneTitle">{t("link.doneTitle", { name })}</p>
      <p>{t("link.doneText")}</p>
      <div className="LinkDialog-doneActions">
        <Button onPress={onClose}>{t("link.done")}</Button>
        <Button
          tone="primary"
          onPress={() => {
            onClose();
            void navigate({ to: "/chat" });
          }}
        >
          {t("link.startChat")}
        </Button>
      </div>
    </div>
  );
}
