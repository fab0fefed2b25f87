import { isApiError, type PluginVisibility } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Segmented, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { shortKey } from "../model.ts";
import { useAcceptPublisher, usePublish, useRights } from "../queries.ts";

import "./PublishDialog.css";

const MAX_BYTES = 32 * 1024 * 1024;

/** A package file into a registry. What is wrong with it is said as the server says it. */
export function PublishDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { isOwner, isOperator } = useRights();
  const publish = usePublish();
  const accept = useAcceptPublisher();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [visibility, setVisibility] = useState<PluginVisibility>("private");
  const isTooLarge = file !== null && file.size > MAX_BYTES;
  const changed = isApiError(publish.error, "plugins.publisher_changed") ? publish.error.data : null;
  const mayAccept = visibility === "private" ? isOwner : isOperator;

  const submit = () => {
    if (!file || isTooLarge) return;
    publish.mutate(
      { archive: file, visibility },
      {
        onSuccess: (made) => {
          toast({ text: t(made.reviewState === "pending" ? "plugins.publishedPending" : "plugins.published", { title: made.title, version: made.version }) });
          onClose();
          // Before an operator has approved it, the page of a public package shows it to its own workspace.
          void navigate({ to: "/plugins/$name", params: { name: made.name }, search: { package: made.id } });
        },
      },
    );
  };
  const acceptKey = () => {
    if (!changed) return;
    accept.mutate({ name: String(changed["name"]), key: String(changed["found"]), visibility }, { onSuccess: submit });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("plugins.publishTitle")}
      closeLabel={t("app.close")}
      data-testid="publish-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!file || isTooLarge} isPending={publish.isPending} data-testid="publish-submit">
            {t("plugins.publishAction")}
          </Button>
        </>
      }
    >
      <div className="PublishDialog">
        <p className="PublishDialog-text">{t("plugins.publishText")}</p>
        <div className="PublishDialog-file">
          <input
            ref={input}
            type="file"
            hidden
            accept=".opc"
            data-testid="publish-file"
            onChange={({ currentTarget }) => {
              setFile(currentTarget.files?.[0] ?? null);
              publish.reset();
              accept.reset();
              currentTarget.value = "";
            }}
          />
          <Button icon="file" onPress={() => input.current?.click()}>
            {t("plugins.chooseFile")}
          </Button>
          <span role="status">{file ? `${file.name} · ${t.format.bytes(file.size)}` : t("plugins.noFile")}</span>
        </div>
        <div>
          <Segmented
            label={t("plugins.publishFor")}
            value={visibility}
            options={[
              { value: "private", label: t("plugins.forWorkspace") },
              { value: "public", label: t("plugins.forEverybody") },
            ]}
            onChange={(value) => {
              setVisibility(value);
              publish.reset();
            }}
          />
          <p className="PublishDialog-note">{t(visibility === "private" ? "plugins.forWorkspaceText" : "plugins.forEverybodyText")}</p>
        </div>
        {isTooLarge && <Banner tone="danger" role="alert">{t("plugins.fileTooLarge", { size: t.format.bytes(MAX_BYTES) })}</Banner>}
        {publish.error && !changed && (
          <Banner tone="danger" role="alert" title={t("plugins.publishRefused")} data-testid="publish-refused">
            {t.error(publish.error)}
          </Banner>
        )}
        {changed && (
          <Banner
            tone="attention"
            role="alert"
            title={t("plugins.keyChanged")}
            action={
              mayAccept && (
                <Button isPending={accept.isPending || publish.isPending} onPress={acceptKey} data-testid="accept-key">
                  {t("plugins.acceptKey")}
                </Button>
              )
            }
          >
            <p>{t("plugins.keyChangedText", { known: shortKey(String(changed["known"])), found: shortKey(String(changed["found"])) })}</p>
            {!mayAccept && <p>{t(visibility === "private" ? "plugins.ownerAccepts" : "plugins.operatorAccepts")}</p>}
            {accept.error && <p>{t.error(accept.error)}</p>}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
