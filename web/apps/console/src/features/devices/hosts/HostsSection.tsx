import type { Host, HostToken } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Icon, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { useNow } from "../../../shared/useNow.ts";
import { useWorkspaces } from "../../workspaces/index.ts";
import { EnrolDialog } from "./EnrolDialog.tsx";
import { useHosts, useHostTokens, useRevokeHostToken } from "./hostQueries.ts";
import { HostBadge, HostDot, Slots } from "./HostStatus.tsx";

import "./HostsSection.css";

/** The workspace's cloud hosts, and the tokens that nobody has used yet. */
export function HostsSection({ isEnrolling, onEnrolling }: { isEnrolling: boolean; onEnrolling: (isEnrolling: boolean) => void }) {
  const t = useTranslator();
  const hosts = useHosts();
  const isAdmin = useIsAdmin();
  const tokens = useHostTokens(isAdmin);
  const now = useNow(30_000);
  const items = hosts.data?.pages.flatMap((page) => page.items) ?? [];
  const open = tokens.data?.filter((token) => token.status === "open" && Date.parse(token.expiresAt) > now) ?? [];
  const isEmpty = hosts.data !== undefined && items.length === 0;
  const enrol = isAdmin && (
    <Button icon="plus" onPress={() => onEnrolling(true)} data-testid="enrol-host">
      {t("hosts.enrol")}
    </Button>
  );
  return (
    <Section title={t("hosts.title")} description={t("hosts.description")} action={!isEmpty && enrol}>
      {hosts.error && (
        <Banner tone="danger" role="alert" title={t("hosts.loadFailed")} action={<Button onPress={() => void hosts.refetch()}>{t("app.retry")}</Button>}>
          {t.error(hosts.error)}
        </Banner>
      )}
      {hosts.isPending && <Skeleton label={t("app.loading")} lines={2} isBlock />}
      {isEmpty && (
        <EmptyState title={t("hosts.empty")} action={enrol}>
          {t(isAdmin ? "hosts.emptyText" : "hosts.emptyMember")}
        </EmptyState>
      )}
      {items.length > 0 && (
        <Rows label={t("hosts.title")}>
          {items.map((host) => (
            <HostRow key={host.id} host={host} />
          ))}
        </Rows>
      )}
      {hosts.hasNextPage && (
        <div>
          <Button isPending={hosts.isFetchingNextPage} onPress={() => void hosts.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
      {open.length > 0 && (
        <>
          <h3 className="HostsSection-tokens">{t("hosts.tokens")}</h3>
          <Rows label={t("hosts.tokens")}>
            {open.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </Rows>
        </>
      )}
      {isEnrolling && isAdmin && <EnrolDialog onClose={() => onEnrolling(false)} />}
    </Section>
  );
}

/** Who may enrol hosts, change and revoke them. */
export function useIsAdmin(): boolean {
  const { role } = useWorkspaces().current;
  return role === "owner" || role === "admin";
}

function HostRow({ host }: { host: Host }) {
  const t = useTranslator();
  const { id, name, status, version, platform, offers, lastHeartbeatAt, trouble } = host;
  const labels = offers.filter((offer) => !offer.includes(":"));
  const facts = [platform, t("devices.version", { version }), lastHeartbeatAt ? t("hosts.heartbeat", { when: t.format.relative(lastHeartbeatAt) }) : t("hosts.noHeartbeat")];
  return (
    <Row
      data-testid="host-row"
      leading={<HostDot status={status} />}
      title={
        <Link to="/hosts/$hostId" params={{ hostId: id }} className="HostsSection-link">
          {name}
        </Link>
      }
      badges={<HostBadge host={host} />}
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {labels.length > 0 && <p>{t("hosts.labelsAre", { labels: labels.join(", ") })}</p>}
          {trouble && <p className="HostsSection-trouble">{trouble}</p>}
        </>
      }
      actions={<Slots host={host} />}
    />
  );
}

function TokenRow({ token }: { token: HostToken }) {
  const t = useTranslator();
  const toast = useToast();
  const revoke = useRevokeHostToken();
  return (
    <Row
      data-testid="host-token-row"
      leading={<Icon name="key" />}
      title={token.name ?? t("hosts.anyMachine")}
      detail={[t("tokens.ends", { hint: token.hint }), t("tokens.expires", { when: t.format.relative(token.expiresAt) })].join(" · ")}
      actions={
        <Button
          size="s"
          isPending={revoke.isPending}
          // Nothing is lost by it: another one is made as easily.
          onPress={() => void revoke.mutateAsync(token.id).then(() => toast({ text: t("hosts.tokenRevoked") }), (error: unknown) => toast({ text: t.error(error), tone: "danger" }))}
        >
          {t("hosts.withdraw")}
        </Button>
      }
    />
  );
}
