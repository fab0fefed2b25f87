import type { Channel } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock } from "@openclaw/ui";

import { useNow } from "../../../shared/useNow.ts";
import { usePairChannel } from "../queries.ts";
import { Step } from "./Step.tsx";

/** The code that its person sends from the channel; the dialog goes on by itself when it has come. */
export function PairingStep({ channel, onEdit, onClose }: { channel: Channel; onEdit: () => void; onClose: () => void }) {
  const t = useTranslator();
  const pair = usePairChannel();
  const now = useNow(1000);
  const labels = { copy: t("app.copy"), copied: t("app.copied") };
  const code = pair.data;
  const isOver = code !== undefined && Date.parse(code.expiresAt) <= now;
  const link = channel.kind === "telegram" ? channel.account?.["link"] : undefined;
  return (
    <Step
      title={channel.name}
      onClose={onClose}
      action={
        <>
          <Button onPress={onEdit}>{t("channels.settings")}</Button>
          {(!code || isOver) && (
            <Button tone="primary" isPending={pair.isPending} onPress={() => pair.mutate(channel)} data-testid="channel-code">
              {t("channels.showCode")}
            </Button>
          )}
        </>
      }
    >
      <div className="ChannelWizard">
        {pair.error && (
          <Banner tone="danger" role="alert">
            {t.error(pair.error)}
          </Banner>
        )}
        {channel.hookPath && <CodeBlock code={window.location.origin + channel.hookPath} caption={t("channels.hook")} labels={labels} isWrapped />}
        <p>{channel.kind === "webhook" ? t("channels.pairWebhookText") : t("channels.pairText", { account: channel.account?.["name"] ?? channel.name })}</p>
        {code && !isOver && (
          <>
            <CodeBlock code={code.code} caption={t("channels.code")} labels={labels} />
            {link && (
              <a href={`${link}?start=${code.code}`} target="_blank" rel="noreferrer">
                {t("channels.openTelegram")}
              </a>
            )}
            <p className="ChannelWizard-note" role="status">
              {t("channels.waiting")}
            </p>
          </>
        )}
        {isOver && <p role="status">{t("channels.codeOver")}</p>}
      </div>
    </Step>
  );
}
