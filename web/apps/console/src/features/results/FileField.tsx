import { useTranslator } from "@openclaw/i18n";
import { Banner, Button } from "@openclaw/ui";
import { useRef, type ReactNode } from "react";

import "./FileField.css";

/** What the server takes in one piece. */
const MAX_BYTES = 32 * 1024 * 1024;

export function isTooLarge(file: File): boolean {
  return file.size > MAX_BYTES;
}

/** Asks for one file of this machine, above what is said about it. */
export function FileField({ text, file, onChange, children }: { text: string; file: File | null; onChange: (file: File) => void; children: ReactNode }) {
  const t = useTranslator();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="FileField">
      <p className="FileField-text">{text}</p>
      <div className="FileField-file">
        <input
          ref={input}
          type="file"
          hidden
          data-testid="file"
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) onChange(chosen);
            currentTarget.value = "";
          }}
        />
        <Button icon="file" onPress={() => input.current?.click()}>
          {t("results.chooseFile")}
        </Button>
        <span role="status">{file ? `${file.name} · ${t.format.bytes(file.size)}` : t("results.noFile")}</span>
      </div>
      {file && isTooLarge(file) && (
        <Banner tone="danger" role="alert">
          {t("results.fileTooLarge", { size: t.format.bytes(MAX_BYTES) })}
        </Banner>
      )}
      {children}
    </div>
  );
}
