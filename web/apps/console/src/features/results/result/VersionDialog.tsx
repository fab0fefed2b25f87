import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { TextField, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { FileDialog } from "../FileDialog.tsx";
import { useUploadVersion } from "../queries.ts";

/** Another version of a result from a file, or from a ZIP archive of several. */
export function VersionDialog({ result: { id }, onClose }: { result: Result; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const upload = useUploadVersion(id);
  const [file, setFile] = useState<File | null>(null);
  const [note, setNote] = useState("");
  const submit = (chosen: File) =>
    upload.mutate(
      { file: chosen, note: note.trim() },
      {
        onSuccess: ({ version }) => {
          toast({ text: t("results.versionSaved", { version }) });
          onClose();
          void navigate({ to: "/results/$resultId", params: { resultId: id }, search: {} });
        },
      },
    );
  return (
    <FileDialog
      name="version"
      title={t("results.newVersion")}
      text={t("results.newVersionText")}
      file={file}
      onChoose={(chosen) => {
        setFile(chosen);
        upload.reset();
      }}
      upload={upload}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label={t("app.optionalLabel", { label: t("results.note") })} value={note} onChange={setNote} maxLength={500} />
    </FileDialog>
  );
}
