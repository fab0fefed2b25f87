import type { LeastTier, PluginBlock } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Icon, Row, Rows, Section, Select, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { BlockDialog } from "../BlockDialog.tsx";
import { blockKind } from "../model.ts";
import { useBlocks, usePluginSettings, usePutTier, useRights } from "../queries.ts";
import { Unblock, useBlockName } from "../Unblock.tsx";
import { Reviews } from "./Reviews.tsx";

import "./Control.css";

/** What may run: kill switches, isolation, and for the operator the packages that wait to be looked at. */
export function Control() {
  const { isOperator } = useRights();
  return (
    <>
      {isOperator && <Reviews />}
      <Blocks />
      <Isolation />
    </>
  );
}

function Blocks() {
  const t = useTranslator();
  const { isAdmin, isOperator } = useRights();
  const blocks = useBlocks();
  const [isBlocking, setBlocking] = useState(false);
  return (
    <Section
      title={t("plugins.blocks")}
      description={t("plugins.blocksText")}
      action={
        (isAdmin || isOperator) && (
          <Button icon="stop" onPress={() => setBlocking(true)} data-testid="add-block">
            {t("plugins.blockAdd")}
          </Button>
        )
      }
    >
      {blocks.error && (
        <Banner tone="danger" role="alert" action={<Button onPress={() => void blocks.refetch()}>{t("app.retry")}</Button>}>
          {t.error(blocks.error)}
        </Banner>
      )}
      {blocks.isPending && <Skeleton label={t("app.loading")} lines={1} isBlock />}
      {blocks.data?.length === 0 && <EmptyState title={t("plugins.noBlocks")} />}
      {blocks.data && blocks.data.length > 0 && (
        <Rows label={t("plugins.blocks")}>
          {blocks.data.map((block) => (
            <BlockRow key={block.id} block={block} mayRemove={block.everywhere ? isOperator : isAdmin} />
          ))}
        </Rows>
      )}
      {isBlocking && <BlockDialog target={null} onClose={() => setBlocking(false)} />}
    </Section>
  );
}

function BlockRow({ block, mayRemove }: { block: PluginBlock; mayRemove: boolean }) {
  const t = useTranslator();
  const nameOf = useBlockName();
  return (
    <Row
      data-testid="block-row"
      leading={<Icon name="stop" />}
      title={nameOf(block)}
      badges={
        <>
          <Badge>{t(`plugins.blockKind.${blockKind(block)}`)}</Badge>
          {block.everywhere && <Badge tone="attention">{t("plugins.onServer")}</Badge>}
        </>
      }
      detail={
        <>
          <p className="Control-reason">{block.reason}</p>
          <p>{[t("plugins.blockedSince", { when: t.format.relative(block.createdAt) }), ...(block.everywhere && !mayRemove ? [t("plugins.operatorUnblocks")] : [])].join(" · ")}</p>
        </>
      }
      actions={mayRemove && <Unblock block={block} />}
    />
  );
}

const TIERS: readonly LeastTier[] = ["landlock", "namespaces", "hardened"];

function Isolation() {
  const t = useTranslator();
  const toast = useToast();
  const { isAdmin } = useRights();
  const settings = usePluginSettings();
  const put = usePutTier();
  const tier = settings.data?.leastTier;
  return (
    <Section title={t("plugins.isolation")} description={t("plugins.isolationText")}>
      {settings.error && (
        <Banner tone="danger" role="alert" action={<Button onPress={() => void settings.refetch()}>{t("app.retry")}</Button>}>
          {t.error(settings.error)}
        </Banner>
      )}
      {settings.isPending && <Skeleton label={t("app.loading")} lines={1} isBlock />}
      {tier && (
        <div className="Control-tier">
          <Select
            label={t("plugins.leastTier")}
            value={tier}
            isDisabled={!isAdmin || put.isPending}
            options={TIERS.map((value) => ({ value, label: t(`plugins.tier.${value}`), detail: t(`plugins.tierText.${value}`) }))}
            description={t(`plugins.tierText.${tier}`)}
            onChange={(value) => put.mutate(value, { onSuccess: () => toast({ text: t("app.saved") }), onError: (error) => toast({ text: t.error(error), tone: "danger" }) })}
            data-testid="least-tier"
          />
          {!isAdmin && <p className="Control-note">{t("plugins.adminsOnly")}</p>}
        </div>
      )}
    </Section>
  );
}
