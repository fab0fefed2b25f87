import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, useToast } from "@openclaw/ui";
import { useState } from "react";

import { SERVER, targetOf, type Place } from "../launch/draft.ts";
import { PlaceFields } from "../launch/PlaceFields.tsx";
import { useHandOver } from "../queries.ts";

import "./HandOverDialog.css";

/** Where the run is to go on: with what was said, and with the files that it has changed. */
export function HandOverDialog({ run, onClose }: { run: TaskRun; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const handOver = useHandOver(run.id);
  const [place, setPlace] = useState<Place>(SERVER);
  const [withFiles, setWithFiles] = useState(true);
  const target = targetOf(place);
  const submit = () =>
    void handOver.mutateAsync({ target, withFiles: withFiles && target.kind !== "server" }).then(
      () => {
        toast({ text: t("taskRun.handedOver") });
        onClose();
      },
      () => undefined, // said in the dialog
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("taskRun.handOverTitle")}
      closeLabel={t("app.close")}
      data-testid="hand-over-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isPending={handOver.isPending} data-testid="hand-over-submit">
            {t("taskRun.handOver")}
          </Button>
        </>
      }
    >
      <div className="HandOverDialog">
        <p>{t("taskRun.handOverText")}</p>
        <PlaceFields place={place} onChange={setPlace} labelsError={null} hasRuntimes={false} />
        {target.kind !== "server" && <Checkbox label={t("taskRun.withFiles")} isSelected={withFiles} onChange={setWithFiles} />}
        {handOver.error && <Banner tone="danger" role="alert">{t.error(handOver.error)}</Banner>}
      </div>
    </Dialog>
  );
}
