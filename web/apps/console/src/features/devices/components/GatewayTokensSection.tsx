import type { GatewayToken } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Icon, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useNow } from "../../../shared/useNow.ts";
import { useGatewayTokens, useRevokeGatewayToken } from "../queries.ts";
import { GatewayTokenDialog } from "./GatewayTokenDialog.tsx";

export function GatewayTokensSection() {
  const t = useTranslator();
  const tokens = useGatewayTokens();
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button icon="plus" onPress={() => setAdding(true)} data-testid="add-token">
      {t("tokens.add")}
    </Button>
  );
  const isEmpty = tokens.data?.length === 0;
  return (
    <Section title={t("tokens.title")} description={t("tokens.description")} action={tokens.data && !isEmpty && add}>
      {tokens.error && <Banner tone="danger">{t.error(tokens.error)}</Banner>}
      {tokens.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {isEmpty && (
        <EmptyState title={t("tokens.empty")} action={add}>
          {t("tokens.emptyText")}
        </EmptyState>
      )}
      {tokens.data && tokens.data.length > 0 && (
        <Rows label={t("tokens.title")}>
          {tokens.data.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </Rows>
      )}
      {isAdding && <GatewayTokenDialog onClose={() => setAdding(false)} />}
    </Section>
  );
}

function TokenRow({ token }: { token: GatewayToken }) {
  const t = useTranslator();
  const toast = useToast();
  const now = useNow(60_000);
  const revoke = useRevokeGatewayToken();
  const [isAsking, setAsking] = useState(false);
  const isExpired = token.expiresAt !== null && Date.parse(token.expiresAt) <= now;
  const facts = [
    t("tokens.ends", { hint: token.hint }),
    t("tokens.created", { when: t.format.relative(token.createdAt) }),
    token.lastUsedAt ? t("tokens.used", { when: t.format.relative(token.lastUsedAt) }) : t("tokens.neverUsed"),
    ...(token.expiresAt && !isExpired ? [t("tokens.expires", { when: t.format.relative(token.expiresAt) })] : []),
  ];
  return (
    <Row
      data-testid="token-row"
      leading={<Icon name="key" />}
      title={token.name}
      badges={isExpired && <Badge tone="attention">{t("tokens.expired")}</Badge>}
      detail={
        <>
          <div>{token.scopes.map((scope) => t(`tokens.scope.${scope}`)).join(" · ")}</div>
          <div>{facts.join(" · ")}</div>
        </>
      }
      actions={
        <>
          <Button size="s" tone="danger" onPress={() => setAsking(true)}>
            {t("tokens.revoke")}
          </Button>
          <Confirm
            isOpen={isAsking}
            title={t("tokens.revokeTitle", { name: token.name })}
            text={t("tokens.revokeText")}
            actionLabel={t("tokens.revoke")}
            isPending={revoke.isPending}
            onClose={() => setAsking(false)}
            onConfirm={() =>
              // A promise, since callbacks of `mutate` die with this row, which goes when it succeeds.
              void revoke.mutateAsync(token).then(
                () => toast({ text: t("tokens.revoked", { name: token.name }) }),
                (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
              )
            }
          />
        </>
      }
    />
  );
}
