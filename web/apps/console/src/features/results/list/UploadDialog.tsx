import type { ResultKind } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Select, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { FileField, isTooLarge } from "../FileField.tsx";
import { KINDS, kindOfFile } from "../model.ts";
import { useUpload } from "../queries.ts";

/** A file, or a ZIP archive of several, as a result of its own. */
export function UploadDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const upload = useUpload();
  const [file, setFile] = useState<File | null>(null);
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<ResultKind>("file_set");
  const isReady = file !== null && !isTooLarge(file) && title.trim() !== "";
  const submit = () => {
    if (file && isReady)
      upload.mutate({ file, title: title.trim(), kind }, { onSuccess: ({ id }) => void navigate({ to: "/results/$resultId", params: { resultId: id } }) });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("results.uploadTitle")}
      closeLabel={t("app.close")}
      data-testid="upload-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!isReady} isPending={upload.isPending} data-testid="upload-submit">
            {t("results.uploadAction")}
          </Button>
        </>
      }
    >
      <FileField
        text={t("results.uploadText")}
        file={file}
        onChange={(chosen) => {
          setFile(chosen);
          setKind(kindOfFile(chosen.name));
          setTitle(title || chosen.name.replace(/\.[^.]+$/, ""));
          upload.reset();
        }}
      >
        <TextField label={t("results.name")} value={title} onChange={setTitle} maxLength={200} isRequired />
        <Select label={t("results.kind")} value={kind} options={KINDS.map((value) => ({ value, label: t(`results.kind.${value}`) }))} onChange={setKind} />
        {upload.error && (
          <Banner tone="danger" role="alert">
            {t.error(upload.error)}
          </Banner>
        )}
      </FileField>
    </Dialog>
  );
}
