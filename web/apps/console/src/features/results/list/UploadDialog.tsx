import type { ResultKind } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Select, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { FileDialog } from "../FileDialog.tsx";
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
  return (
    <FileDialog
      name="upload"
      title={t("results.uploadTitle")}
      text={t("results.uploadText")}
      file={file}
      onChoose={(chosen) => {
        setFile(chosen);
        setKind(kindOfFile(chosen.name));
        setTitle(title || chosen.name.replace(/\.[^.]+$/, ""));
        upload.reset();
      }}
      isReady={title.trim() !== ""}
      upload={upload}
      onSubmit={(chosen) =>
        upload.mutate({ file: chosen, title: title.trim(), kind }, { onSuccess: ({ id }) => void navigate({ to: "/results/$resultId", params: { resultId: id } }) })
      }
      onClose={onClose}
    >
      <TextField label={t("results.name")} value={title} onChange={setTitle} maxLength={200} isRequired />
      <Select label={t("results.kind")} value={kind} options={KINDS.map((value) => ({ value, label: t(`results.kind.${value}`) }))} onChange={setKind} />
    </FileDialog>
  );
}
