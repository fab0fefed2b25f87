import { useTranslator } from "@openclaw/i18n";
import { Button, TextField } from "@openclaw/ui";
import { useState } from "react";

import "./MessageEditor.css";

/** Edits a message that was sent. Sending it anew replaces what came after. */
export function MessageEditor({ initial, onSubmit, onClose }: { initial: string; onSubmit: (text: string) => void; onClose: () => void }) {
  const t = useTranslator();
  const [text, setText] = useState(initial);
  return (
    <form
      className="MessageEditor"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onSubmit(text.trim());
      }}
    >
      <TextField
        label={t("chat.editMessage")}
        isLabelHidden
        value={text}
        onChange={setText}
        description={t("chat.editNote")}
        rows={Math.min(12, Math.max(2, text.split("\n").length))}
        autoFocus
      />
      <div className="MessageEditor-actions">
        <Button onPress={onClose}>{t("app.cancel")}</Button>
        <Button type="submit" tone="primary" isDisabled={text.trim() === ""}>
          {t("chat.editSubmit")}
        </Button>
      </div>
    </form>
  );
}
