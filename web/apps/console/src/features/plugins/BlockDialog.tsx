import type { PluginBlockInput } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, Segmented, TextField, useToast } from "@openclaw/ui";
import { useState } from "react";

import type { BlockKind } from "./model.ts";
import { shortKey } from "./model.ts";
import { useBlock, useRights } from "./queries.ts";

import "./NoteDialog.css";

export interface BlockTarget {
  name: string;
  version: string;
  publisherKey: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const KEY = /^[0-9a-f]{64}$/;

/** The kill switch: for one plugin, one version of it, or all of a publisher. Without a target one is named. */
export function BlockDialog({ target, onClose }: { target: BlockTarget | null; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const { isAdmin, isOperator } = useRights();
  const block = useBlock();
  const [kind, setKind] = useState<BlockKind>("plugin");
  const [name, setName] = useState(target?.name ?? "");
  const [version, setVersion] = useState(target?.version ?? "");
  const [key, setKey] = useState(target?.publisherKey ?? "");
  const [reason, setReason] = useState("");
  const [isEverywhere, setEverywhere] = useState(!isAdmin);
  const isNamed = kind === "publisher" ? KEY.test(key) : NAME.test(name) && (kind === "plugin" || version.trim() !== "");
  const isReady = isNamed && reason.trim() !== "";
  const submit = () => {
    if (!isReady) return;
    const what: Partial<PluginBlockInput> = kind === "publisher" ? { publisherKey: key } : kind === "version" ? { name, version: version.trim() } : { name };
    block.mutate(
      { ...what, reason: reason.trim(), everywhere: isEverywhere },
      {
        onSuccess: () => {
          toast({ text: t("plugins.blockedNow") });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("plugins.blockTitle")}
      closeLabel={t("app.close")}
      data-testid="block-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="danger" onPress={submit} isDisabled={!isReady} isPending={block.isPending} data-testid="block-submit">
            {t("plugins.block")}
          </Button>
        </>
      }
    >
      <form
        className="NoteDialog"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>{t("plugins.blockText")}</p>
        <Segmented
          label={t("plugins.blockWhat")}
          value={kind}
          options={(["plugin", "version", "publisher"] as const).map((value) => ({ value, label: t(`plugins.blockKind.${value}`) }))}
          onChange={setKind}
        />
        {target ? (
          <p className="NoteDialog-what">{kind === "publisher" ? t("plugins.publisherIs", { key: shortKey(key) }) : kind === "version" ? `${name} ${version}` : name}</p>
        ) : (
          <>
            {kind !== "publisher" && <TextField label={t("plugins.blockName")} value={name} onChange={setName} maxLength={50} isMono autoComplete="off" />}
            {kind === "version" && <TextField label={t("plugins.version")} value={version} onChange={setVersion} maxLength={64} isMono autoComplete="off" />}
            {kind === "publisher" && (
              <TextField label={t("plugins.publisherKey")} value={key} onChange={setKey} maxLength={64} isMono autoComplete="off" description={t("plugins.publisherKeyText")} />
            )}
          </>
        )}
        <TextField label={t("plugins.reason")} value={reason} onChange={setReason} maxLength={500} isRequired autoFocus={target !== null} description={t("plugins.reasonText")} />
        {isOperator && isAdmin && <Checkbox label={t("plugins.everywhere")} isSelected={isEverywhere} onChange={setEverywhere} />}
        {isEverywhere && <Banner tone="attention">{t("plugins.everywhereText")}</Banner>}
        {block.error && <Banner tone="danger" role="alert">{t.error(block.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
