import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog } from "@openclaw/ui";
import { useRef, type ReactNode } from "react";

import "./FileDialog.css";

/** What the server takes in one piece. */
const MAX_BYTES = 32 * 1024 * 1024;

export interface FileDialogProps {
  /** The dialog's and its button's test ids begin with it. */
  name: "upload" | "version";
  title: string;
  text: string;
  file: File | null;
  onChoose: (file: File) => void;
  /** What is said about the file is enough. */
  isReady?: boolean;
  upload: { isPending: boolean; error: Error | null };
  onSubmit: (file: File) => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks for one file of this machine, above what is said about it, and sends it. */
export function FileDialog({ name, title, text, file, onChoose, isReady = true, upload, onSubmit, onClose, children }: FileDialogProps) {
  const t = useTranslator();
  const input = useRef<HTMLInputElement>(null);
  const isTooLarge = file !== null && file.size > MAX_BYTES;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      closeLabel={t("app.close")}
      data-testid={`${name}-dialog`}
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button
            tone="primary"
            onPress={() => file && onSubmit(file)}
            isDisabled={!file || isTooLarge || !isReady}
            isPending={upload.isPending}
            data-testid={`${name}-submit`}
          >
            {t("results.uploadAction")}
          </Button>
        </>
      }
    >
      <div className="FileDialog">
        <p className="FileDialog-text">{text}</p>
        <div className="FileDialog-file">
          <input
            ref={input}
            type="file"
            hidden
            data-testid="file"
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.files?.[0];
              if (chosen) onChoose(chosen);
              currentTarget.value = "";
            }}
          />
          <Button icon="file" onPress={() => input.current?.click()}>
            {t("results.chooseFile")}
          </Button>
          <span role="status" className={file ? undefined : "FileDialog-none"}>
            {file ? `${file.name} · ${t.format.bytes(file.size)}` : t("results.noFile")}
          </span>
        </div>
        {isTooLarge && (
          <Banner tone="danger" role="alert">
            {t("results.fileTooLarge", { size: t.format.bytes(MAX_BYTES) })}
          </Banner>
        )}
        {children}
        {upload.error && (
          <Banner tone="danger" role="alert">
            {t.error(upload.error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
