import type { SystemBranch, SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useCreateBranch } from "./queries.ts";
import { useSnapshotWords } from "./useSnapshotWords.ts";

import "./BranchDialog.css";

/** A line that begins at a snapshot or at now. Going to it is a step of its own, which is shown before it is done. */
export function BranchDialog({ system, snapshot, onClose, onGo }: { system: SystemDetail; snapshot: SystemSnapshot | null; onClose: () => void; onGo: (branch: SystemBranch) => void }) {
  const t = useTranslator();
  const words = useSnapshotWords();
  const create = useCreateBranch(system.id);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const made = create.data;
  const submit = () => {
    if (name.trim()) create.mutate({ name: name.trim(), description: description.trim(), ...(snapshot ? { snapshotId: snapshot.id } : {}) });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("vault.newBranch")}
      closeLabel={t("app.close")}
      size="s"
      data-testid="branch-dialog"
      actions={
        made ? (
          <>
            <Button onPress={onClose}>{t("vault.stay")}</Button>
            <Button tone="primary" onPress={() => onGo(made)} data-testid="branch-go">
              {t("vault.goThere")}
            </Button>
          </>
        ) : (
          <>
            <Button onPress={onClose}>{t("app.cancel")}</Button>
            <Button tone="primary" isDisabled={!name.trim()} isPending={create.isPending} onPress={submit} data-testid="branch-submit">
              {t("vault.makeBranch")}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <p>{t("vault.branchMade", { name: made.name })}</p>
      ) : (
        <form
          className="BranchDialog"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p className="BranchDialog-text">{snapshot ? t("vault.branchFrom", { name: words.full(snapshot) }) : t("vault.branchFromNow")}</p>
          <TextField label={t("vault.branchName")} value={name} onChange={setName} maxLength={100} isRequired autoFocus />
          <TextField label={t("app.optionalLabel", { label: t("vault.branchText") })} value={description} onChange={setDescription} rows={2} maxLength={1000} />
          {create.error && (
            <Banner tone="danger" role="alert">
              {t.error(create.error)}
            </Banner>
          )}
        </form>
      )}
    </Dialog>
  );
}
