import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CopyButton, TextField, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useLabels } from "../../../shared/useLabels.ts";
import { useShare, useUnshare } from "../queries.ts";

import "./ShareLink.css";

/** The link to read a system by: its secret is told once, and only here. `isAsked`: one is wanted, and confirmed first. */
export function ShareLink({ system, isAsked, onDone }: { system: SystemDetail; isAsked: boolean; onDone: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const labels = useLabels();
  const share = useShare(system.id);
  const unshare = useUnshare(system.id);
  const [isRenewing, setRenewing] = useState(false);
  const [isEnding, setEnding] = useState(false);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const isLinked = system.visibility === "link";
  const token = isLinked ? share.data?.token : undefined;
  const address = token ? `${window.location.origin}/shared-system#${token}` : null;
  const make = () => {
    onDone();
    setRenewing(false);
    share.mutate(undefined, { onError });
  };
  return (
    <>
      {isLinked && (
        <div className="ShareLink" data-testid="share-link">
          {address ? (
            <>
              <div className="ShareLink-address">
                <TextField label={t("systems.link")} value={address} onChange={() => undefined} isReadOnly isMono />
                <CopyButton text={address} labels={labels} />
              </div>
              <Banner tone="attention">{t("systems.linkOnce")}</Banner>
            </>
          ) : (
            <p className="ShareLink-text">{t("systems.linkThere")}</p>
          )}
          {system.mayDecide && (
            <div className="ShareLink-actions">
              {!address && (
                <Button icon="link" onPress={() => setRenewing(true)} isPending={share.isPending}>
                  {t("systems.replaceLink")}
                </Button>
              )}
              <Button tone="danger" onPress={() => setEnding(true)} data-testid="end-link">
                {t("systems.endLink")}
              </Button>
            </div>
          )}
        </div>
      )}
      <Confirm
        isOpen={isAsked || isRenewing}
        title={t(isRenewing ? "systems.newLinkTitle" : "systems.linkTitle")}
        text={t(isRenewing ? "systems.newLinkText" : "systems.linkText")}
        actionLabel={t("systems.newLink")}
        isPending={share.isPending}
        onClose={() => {
          setRenewing(false);
          onDone();
        }}
        onConfirm={make}
      />
      <Confirm
        isOpen={isEnding}
        title={t("systems.endLinkTitle")}
        text={t("systems.endLinkText")}
        actionLabel={t("systems.endLink")}
        isPending={unshare.isPending}
        onClose={() => setEnding(false)}
        onConfirm={() => void unshare.mutateAsync().then(() => setEnding(false), onError)}
      />
    </>
  );
}
