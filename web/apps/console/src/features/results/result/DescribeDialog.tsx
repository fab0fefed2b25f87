import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useChangeResult } from "../queries.ts";

import "./DescribeDialog.css";

/** What a result is called, and what it is in a sentence. Mounted while it is open. */
export function DescribeDialog({ result, onClose }: { result: Result; onClose: () => void }) {
  const t = useTranslator();
  const change = useChangeResult(result.id);
  const [title, setTitle] = useState(result.title);
  const [summary, setSummary] = useState(result.summary);
  const submit = () => {
    if (title.trim()) change.mutate({ title: title.trim(), summary: summary.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("results.describeTitle")}
      closeLabel={t("app.close")}
      data-testid="describe-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!title.trim()} isPending={change.isPending}>
            {t("app.save")}
          </Button>
        </>
      }
    >
      <div className="DescribeDialog">
        <TextField label={t("results.name")} value={title} onChange={setTitle} maxLength={200} autoFocus />
        <TextField label={t("app.optionalLabel", { label: t("results.summary") })} value={summary} onChange={setSummary} maxLength={2000} rows={4} />
        {change.error && (
          <Banner tone="danger" role="alert">
            {t.error(change.error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
