import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Skeleton, useToast } from "@openclaw/ui";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useSystem } from "../../../shared/useSystem.ts";
import { VisibilityBadge } from "../gallery/VisibilityBadge.tsx";
import { LaunchPart } from "../launch/LaunchPart.tsx";
import { WhatHappens } from "../launch/WhatHappens.tsx";
import { ProfilePart } from "../profile/ProfilePart.tsx";
import { useUpdateSystem } from "../queries.ts";
import { VaultPart } from "../vault/VaultPart.tsx";
import { RunsPart } from "./RunsPart.tsx";
import { SharingPart } from "./SharingPart.tsx";
import { SystemMenu } from "./SystemMenu.tsx";
import { SystemTabs, type SystemPart } from "./SystemTabs.tsx";

import "./SystemPage.css";

/** One system: launched, edited, remembered, shown to others. Each part has its address. */
export function SystemPage({ systemId, part }: { systemId: string; part: SystemPart }) {
  const t = useTranslator();
  const system = useSystem(systemId);
  useTitle(system.data?.name ?? t("systems.title"));
  if (!system.data) {
    return (
      <Page title={t("systems.title")} before={<SystemTabs.Back />} isWide>
        {system.error ? (
          <Banner tone="danger" role="alert" title={t("systems.oneFailed")} action={<Button onPress={() => void system.refetch()}>{t("app.retry")}</Button>}>
            {t.error(system.error)}
          </Banner>
        ) : (
          <Skeleton label={t("app.loading")} lines={6} isBlock />
        )}
      </Page>
    );
  }
  return <Loaded system={system.data} part={part} />;
}

function Loaded({ system, part }: { system: SystemDetail; part: SystemPart }) {
  const t = useTranslator();
  const isArchived = system.status === "archived";
  return (
    <Page
      title={system.name}
      before={<SystemTabs.Back />}
      {...(system.description ? { description: system.description } : {})}
      badges={
        <>
          <VisibilityBadge visibility={system.visibility} />
          {system.syncMode !== "full" && <Badge tone="accent">{t(`systems.sync.${system.syncMode}`)}</Badge>}
          {system.status !== "active" && <Badge tone="attention">{t(`systems.status.${system.status}`)}</Badge>}
          <SystemMenu system={system} />
        </>
      }
      isWide
    >
      {isArchived && (
        <div className="SystemPage-banner">
          <ArchivedBanner system={system} />
        </div>
      )}
      <SystemTabs systemId={system.id} current={part} />
      {part === "launch" && (isArchived ? <WhatHappens system={system} /> : <LaunchPart system={system} />)}
      {part === "profile" && <ProfilePart system={system} />}
      {part === "vault" && <VaultPart system={system} />}
      {part === "sharing" && <SharingPart system={system} />}
      {part === "runs" && <RunsPart systemId={system.id} />}
    </Page>
  );
}

function ArchivedBanner({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const update = useUpdateSystem(system.id);
  const restore = () => update.mutate({ body: { status: "active" } }, { onError: (error) => toast({ text: t.error(error), tone: "danger" }) });
  return (
    <Banner
      tone="attention"
      icon="archive"
      title={t("systems.isArchived")}
      action={
        system.mayDecide && (
          <Button isPending={update.isPending} onPress={restore} data-testid="bring-back">
            {t("systems.bringBack")}
          </Button>
        )
      }
    >
      {t("systems.isArchivedText")}
    </Banner>
  );
}
