import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { FileField, isTooLarge } from "../FileField.tsx";
import { useUploadVersion } from "../queries.ts";

/** Another version of a result from a file, or from a ZIP archive of several. */
export function VersionDialog({ result: { id }, onClose }: { result: Result; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const upload = useUploadVersion(id);
  const [file, setFile] = useState<File | null>(null);
  const [note, setNote] = useState("");
  const isReady = file !== null && !isTooLarge(file);
  const submit = () => {
    if (!file || !isReady) return;
    upload.mutate(
      { file, note: note.trim() },
      {
        onSuccess: ({ version }) => {
          toast({ text: t("results.versionSaved", { version }) });
          onClose();
          void navigate({ to: "/results/$resultId", params: { resultId: id }, search: {} });
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("results.newVersion")}
      closeLabel={t("app.close")}
      data-testid="version-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!isReady} isPending={upload.isPending} data-testid="version-submit">
            {t("results.uploadAction")}
          </Button>
        </>
      }
    >
      <FileField
        text={t("results.newVersionText")}
        file={file}
        onChange={(chosen) => {
          setFile(chosen);
          upload.reset();
        }}
      >
        <TextField label={t("app.optionalLabel", { label: t("results.note") })} value={note} onChange={setNote} maxLength={500} />
        {upload.error && (
          <Banner tone="danger" role="alert">
            {t.error(upload.error)}
          </Banner>
        )}
      </FileField>
    </Dialog>
  );
}
