import type { SharedSystem } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Mark, Skeleton, useToast } from "@openclaw/ui";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { profileOf } from "../profile/profile.ts";
import { ProfileView } from "../profile/ProfileView.tsx";
import { useCopyPublic, usePublicSystem, useSharedSystem } from "../queries.ts";
import { SystemTabs } from "./SystemTabs.tsx";

import "./SharedPages.css";

/** A system that everybody on the server may read, and have a copy of. */
export function PublicSystemPage({ systemId }: { systemId: string }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const shown = usePublicSystem(systemId);
  const copy = useCopyPublic();
  useTitle(shown.data?.name ?? t("systems.title"));
  const take = () =>
    copy.mutate(systemId, {
      onSuccess: ({ id }) => void navigate({ to: "/systems/$systemId", params: { systemId: id } }),
      onError: (error) => toast({ text: t.error(error), tone: "danger" }),
    });
  return (
    <Page
      title={shown.data?.name ?? t("systems.title")}
      before={<SystemTabs.Back />}
      {...(shown.data?.description ? { description: shown.data.description } : {})}
      action={
        shown.data && (
          <Button tone="primary" icon="copy" isPending={copy.isPending} onPress={take} data-testid="copy-public">
            {t("systems.copyPublic")}
          </Button>
        )
      }
    >
      <Shown system={shown.data} error={shown.error} onRetry={() => void shown.refetch()} note={t("systems.publicNote")} />
    </Page>
  );
}

/** What a link shows: to anybody who has it, signed in or not. */
export function SharedSystemPage() {
  const t = useTranslator();
  const hash = useLocation({ select: (location) => location.hash });
  const [token] = useState(hash);
  const shown = useSharedSystem(token);
  useTitle(shown.data?.name ?? t("systems.title"));
  return (
    <div className="SharedPages">
      <header className="SharedPages-bar">
        <Link to="/" className="SharedPages-brand">
          <Mark size={20} />
          {t("app.name")}
        </Link>
      </header>
      <main>
        <Page title={shown.data?.name ?? t("systems.sharedTitle")} {...(shown.data?.description ? { description: shown.data.description } : {})}>
          {token === "" ? <Banner tone="danger" title={t("systems.linkIncomplete")} /> : <Shown system={shown.data} error={shown.error} onRetry={null} note={t("systems.sharedNote")} />}
        </Page>
      </main>
    </div>
  );
}

function Shown({ system, error, onRetry, note }: { system: SharedSystem | undefined; error: unknown; onRetry: (() => void) | null; note: string }) {
  const t = useTranslator();
  if (error) {
    return (
      <Banner tone="danger" role="alert" title={t("systems.sharedGone")} action={onRetry && <Button onPress={onRetry}>{t("app.retry")}</Button>}>
        {t.error(error)}
      </Banner>
    );
  }
  if (!system) return <Skeleton label={t("app.loading")} lines={5} isBlock />;
  return (
    <>
      <p className="SharedPages-note">{note}</p>
      <ProfileView profile={profileOf(system.profile)} />
    </>
  );
}
