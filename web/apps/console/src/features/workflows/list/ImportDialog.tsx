import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { Problems, problemsOf } from "./Problems.tsx";
import { useCreateWorkflow } from "./queries.ts";

import "./ImportDialog.css";

const MAX_BYTES = 600_000;

/** A workflow from YAML: a file or what is pasted. It becomes a draft, when nothing is wrong with it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const create = useCreateWorkflow();
  const file = useRef<HTMLInputElement>(null);
  const [yaml, setYaml] = useState("");
  const [isTooLarge, setTooLarge] = useState(false);
  const problems = problemsOf(create.error);

  const change = (text: string) => {
    setYaml(text);
    setTooLarge(false);
    create.reset();
  };
  const read = (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MAX_BYTES) {
      setTooLarge(true);
      return;
    }
    void chosen.text().then(change);
  };
  const submit = () => {
    create.mutate({ yaml }, { onSuccess: ({ id }) => void navigate({ to: "/workflows/$workflowId", params: { workflowId: id } }) });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("workflows.importTitle")}
      closeLabel={t("app.close")}
      data-testid="import-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!yaml.trim()} isPending={create.isPending} data-testid="import-submit">
            {t("workflows.importAction")}
          </Button>
        </>
      }
    >
      <div className="ImportDialog">
        <p className="ImportDialog-text">{t("workflows.importText")}</p>
        <div>
          <input
            ref={file}
            type="file"
            hidden
            accept=".yaml,.yml,.json,text/yaml,application/yaml,application/json"
            data-testid="import-file"
            onChange={({ currentTarget }) => {
              read(currentTarget.files?.[0]);
              currentTarget.value = "";
            }}
          />
          <Button icon="file" onPress={() => file.current?.click()}>
            {t("workflows.importFile")}
          </Button>
        </div>
        <TextField label="YAML" value={yaml} onChange={change} rows={12} isMono error={isTooLarge ? t("workflows.importTooLarge") : null} />
        {problems && <Problems problems={problems} />}
        {create.error && !problems && <Banner tone="danger" role="alert">{t.error(create.error)}</Banner>}
      </div>
    </Dialog>
  );
}
