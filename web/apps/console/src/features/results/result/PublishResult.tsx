import type { Publication, Release, ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Dot } from "@openclaw/ui";
import { useState } from "react";

import { isOnlyLinks } from "../model.ts";
import { usePublish } from "../queries.ts";
import { Checks, checksOf } from "./Checks.tsx";
import { PublicAddress } from "./PublicAddress.tsx";
import { bodyOf, isComplete, PublishForm, startOf } from "./PublishForm.tsx";

import "./PublishResult.css";

/** Asks how it is to be published, waits for the checks, and says what became of it. */
export function PublishResult({ result, onClose }: { result: ResultDetail; onClose: () => void }) {
  const t = useTranslator();
  const { publication } = result;
  const publish = usePublish(result.id);
  const [form, setForm] = useState(() => startOf(result));
  const [number, setNumber] = useState<number | null>(null);
  const release = publication?.releases.find((each) => each.number === number) ?? null;
  const isChecking = number !== null && (release === null || release.state === "checking");
  const isRefused = release !== null && (release.state === "refused" || release.state === "failed");

  const submit = (ignoresLinks = form.ignoresLinks) =>
    publish.mutate(bodyOf(result, { ...form, ignoresLinks }), { onSuccess: ({ releases }) => setNumber(releases[0]?.number ?? null) });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("results.publishTitle", { version: result.version })}
      closeLabel={t("app.close")}
      data-testid="publish-result"
      actions={
        number === null || isRefused ? (
          <>
            <Button onPress={onClose}>{t("app.cancel")}</Button>
            {isRefused ? (
              <>
                <Button onPress={() => setNumber(null)}>{t("results.changeIt")}</Button>
                {isOnlyLinks(release.checks) && (
                  <Button tone="primary" onPress={() => submit(true)} isPending={publish.isPending} data-testid="publish-anyway">
                    {t("results.publishAnyway")}
                  </Button>
                )}
              </>
            ) : (
              <Button tone="primary" onPress={() => submit()} isDisabled={!isComplete(form)} isPending={publish.isPending} data-testid="publish-submit">
                {t("results.publishNow")}
              </Button>
            )}
          </>
        ) : (
          <Button tone="primary" onPress={onClose} isDisabled={isChecking}>
            {t("results.done")}
          </Button>
        )
      }
    >
      <div className="PublishResult">
        {number === null ? (
          <PublishForm result={result} form={form} onChange={setForm} />
        ) : (
          <Outcome release={release} isChecking={isChecking} publication={publication} />
        )}
        {publish.error && (
          <Banner tone="danger" role="alert" data-testid="publish-error">
            {t.error(publish.error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}

function Outcome({ release, isChecking, publication }: { release: Release | null; isChecking: boolean; publication: Publication | null }) {
  const t = useTranslator();
  if (isChecking || !release) {
    return (
      <p className="PublishResult-checking" role="status" data-testid="publish-checking">
        <Dot state="busy" />
        {t("results.isChecked")}
      </p>
    );
  }
  if (release.state === "failed") {
    return (
      <Banner tone="danger" role="alert" title={t("results.publishFailed")} data-testid="publish-refused">
        {t("results.publishFailedText")}
      </Banner>
    );
  }
  if (release.state === "refused") {
    return (
      <>
        <Banner tone="danger" role="alert" title={t("results.refused")} data-testid="publish-refused">
          {t(publication?.isLive ? "results.refusedStays" : "results.refusedText")}
        </Banner>
        <Checks checks={checksOf(release.checks)} />
      </>
    );
  }
  return (
    <>
      <Banner tone="accent" role="status" title={t("results.isPublic")} data-testid="published">
        {t("results.isPublicText")}
      </Banner>
      {publication && <PublicAddress url={publication.url} />}
    </>
  );
}
