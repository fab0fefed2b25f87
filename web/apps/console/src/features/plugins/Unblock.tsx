import type { PluginBlock } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../shared/Confirm.tsx";
import { shortKey } from "./model.ts";
import { useRights, useUnblock } from "./queries.ts";

/** What a kill switch is for, by its name. */
export function useBlockName(): (block: PluginBlock) => string {
  const t = useTranslator();
  return ({ name, version, publisherKey }) => (name === null ? t("plugins.publisherIs", { key: shortKey(publisherKey ?? "") }) : version === null ? name : `${name} ${version}`);
}

/** Takes a kill switch back; nothing for those who may not. */
export function Unblock({ block }: { block: PluginBlock }) {
  const t = useTranslator();
  const toast = useToast();
  const nameOf = useBlockName();
  const { isAdmin, isOperator } = useRights();
  const unblock = useUnblock();
  const [isAsking, setAsking] = useState(false);
  if (!(block.everywhere ? isOperator : isAdmin)) return null;
  return (
    <>
      <Button size="s" onPress={() => setAsking(true)} data-testid="unblock">
        {t("plugins.unblock")}
      </Button>
      <Confirm
        isOpen={isAsking}
        title={t("plugins.unblockTitle", { what: nameOf(block) })}
        text={t(block.everywhere ? "plugins.unblockEverywhereText" : "plugins.unblockText")}
        actionLabel={t("plugins.unblock")}
        isPending={unblock.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          // A promise, since callbacks of `mutate` die with what holds this button, which goes when it succeeds.
          void unblock.mutateAsync(block.id).then(() => setAsking(false), (error: unknown) => toast({ text: t.error(error), tone: "danger" }))
        }
      />
    </>
  );
}
