import type { SyncMode, SystemDetail, UpdateSystemInput } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Checkbox, Choices, Section, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useUpdateSystem } from "../queries.ts";
import { useKeeper } from "../words.ts";
import { ShareLink } from "./ShareLink.tsx";

import "./SharingPart.css";

type Visibility = SystemDetail["visibility"];
const VISIBILITIES: readonly Visibility[] = ["private", "workspace", "link", "public"];
const MODES: readonly SyncMode[] = ["full", "metadata"];

/** Who sees a system, from where it may be launched, and what the server keeps of its runs. */
export function SharingPart({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const update = useUpdateSystem(system.id);
  const keeper = useKeeper(system);
  const [asked, setAsked] = useState<Visibility | null>(null);
  const { mayDecide, syncMode, visibility, allowsRemoteLaunch } = system;
  const isLocal = syncMode === "local_only";
  const isFixed = !mayDecide || system.status === "archived";
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const change = (body: UpdateSystemInput) => void update.mutateAsync({ body }).then(() => toast({ text: t("app.saved") }), onError);
  const choose = (next: Visibility) => {
    if (next === visibility) return;
    // What leaves the workspace is asked about, and so is the end of a link that others have.
    if (next === "public" || next === "link" || visibility === "link") setAsked(next);
    else change({ visibility: next });
  };
  return (
    <div className="SharingPart">
      {!mayDecide && <Banner>{t("systems.notYours", { name: system.createdByName })}</Banner>}
      <Section title={t("systems.whoSees")} description={t("systems.whoSeesText")}>
        <Choices<Visibility>
          label={t("systems.whoSees")}
          isLabelHidden
          value={visibility}
          isDisabled={isFixed}
          options={VISIBILITIES.map((value) => ({
            value,
            label: t(`systems.visibility.${value}`),
            detail: t(isLocal && (value === "link" || value === "public") ? "systems.notOfLocal" : `systems.visibilityText.${value}`),
            isDisabled: isLocal && (value === "link" || value === "public"),
          }))}
          onChange={choose}
          data-testid="visibility"
        />
        <ShareLink system={system} isAsked={asked === "link"} onDone={() => setAsked(null)} />
      </Section>
      <Section title={t("systems.remote")} description={t("systems.remoteText")}>
        {isFixed ? (
          <p>{t(allowsRemoteLaunch ? "systems.remoteOn" : "systems.remoteOff")}</p>
        ) : (
          <Checkbox label={t("systems.remoteAllow")} isSelected={allowsRemoteLaunch} onChange={(on) => change({ allowsRemoteLaunch: on })} />
        )}
      </Section>
      <Section title={t("systems.syncLabel")}>
        {isLocal ? (
          <Banner icon="laptop" title={t("systems.localFixed", { name: keeper.name })}>
            {t("systems.localFixedText")}
          </Banner>
        ) : (
          <Choices<SyncMode>
            label={t("systems.syncLabel")}
            isLabelHidden
            value={syncMode}
            isDisabled={isFixed}
            options={MODES.map((value) => ({ value, label: t(`systems.sync.${value}`), detail: t(`systems.syncText.${value}`) }))}
            onChange={(next) => change({ syncMode: next })}
            data-testid="sync-mode"
          />
        )}
      </Section>
      <Confirm
        isOpen={asked !== null && asked !== "link"}
        title={t(asked === "public" ? "systems.publicTitle" : "systems.endLinkTitle")}
        text={t(asked === "public" ? "systems.publicText" : "systems.endLinkText")}
        actionLabel={t(asked === "public" ? "systems.makePublic" : "systems.endLink")}
        isPending={update.isPending}
        onClose={() => setAsked(null)}
        onConfirm={() => {
          if (asked && asked !== "link") change({ visibility: asked });
          setAsked(null);
        }}
      />
    </div>
  );
}
