import type { Release, ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, useToast, type Tone } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useWorkspaces } from "../../workspaces/index.ts";
import { releaseBefore } from "../model.ts";
import { useRollBack, useUnpublish } from "../queries.ts";
import { Checks, checksOf } from "./Checks.tsx";
import { PublicAddress } from "./PublicAddress.tsx";

import "./PublicationSection.css";

const AT_FIRST = 4;

/** How the public sees a result: where, which version, until when; and every release, to be shown again. */
export function PublicationSection({ result, publish }: { result: ResultDetail; publish: (() => void) | null }) {
  const t = useTranslator();
  const { publication } = result;
  const toast = useToast();
  const { current } = useWorkspaces();
  const unpublish = useUnpublish(result.id);
  const rollBack = useRollBack(result.id);
  const [asking, setAsking] = useState<"unpublish" | number | null>(null);
  const [isWhole, setWhole] = useState(false);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const close = () => setAsking(null);
  const mayChange = current.role !== "viewer";
  const before = publication && releaseBefore(publication);
  const isOnItsWay = mayChange && ["draft", "ready_for_review", "approved"].includes(result.status) && result.targets.length > 0 && result.shown.number === result.version;
  const releases = publication?.releases ?? [];
  const versionOf = (number: number) => releases.find((release) => release.number === number)?.version ?? 0;
  const back = (number: number) =>
    void rollBack.mutateAsync(number).then(() => {
      close();
      toast({ text: t("results.rolledBack", { version: versionOf(number) }) });
    }, onError);
  return (
    <section className="PublicationSection" aria-labelledby="publication" data-testid="publication" data-live={publication?.isLive ?? false}>
      <h2 id="publication" className="PublicationSection-title">
        {t("results.publication")}
      </h2>
      {!publication?.isLive && <p className="PublicationSection-none">{t(publication ? "results.notPublicNow" : "results.notPublic")}</p>}
      {isOnItsWay && <p className="PublicationSection-none">{t("results.firstReady")}</p>}
      {publication?.isLive && (
        <>
          <PublicAddress url={publication.url} />
          <p className="PublicationSection-facts">
            {[
              t("results.versionNumber", { version: versionOf(publication.release ?? 0) }),
              ...(publication.target === "bucket" ? [t("results.inBucket")] : []),
              ...(publication.hasPassword ? [t("results.withPassword")] : []),
              ...(publication.expiresAt ? [t("results.untilWhen", { when: t.format.dateTime(publication.expiresAt) })] : []),
            ].join(" · ")}
          </p>
        </>
      )}
      {mayChange && (
        <div className="PublicationSection-actions">
          {publish && !publication?.isLive && (
            <Button size="s" icon="globe" onPress={publish}>
              {t("results.publish")}
            </Button>
          )}
          {publication?.isLive && before !== null && (
            <Button size="s" icon="undo" onPress={() => setAsking(before)} data-testid="roll-back">
              {t("results.rollBack", { version: versionOf(before) })}
            </Button>
          )}
          {publication?.isLive && (
            <Button size="s" tone="danger" onPress={() => setAsking("unpublish")} data-testid="unpublish">
              {t("results.unpublish")}
            </Button>
          )}
        </div>
      )}
      {releases.length > 0 && (
        <ul className="PublicationSection-releases" aria-label={t("results.releases")}>
          {releases.slice(0, isWhole ? undefined : AT_FIRST).map((release) => (
            <ReleaseItem
              key={release.number}
              release={release}
              showAgain={mayChange && publication?.isLive && release.state === "passed" && !release.isLive ? () => setAsking(release.number) : null}
            />
          ))}
        </ul>
      )}
      {!isWhole && releases.length > AT_FIRST && (
        <div>
          <Button size="s" tone="quiet" onPress={() => setWhole(true)}>
            {t("app.more")}
          </Button>
        </div>
      )}
      <Confirm
        isOpen={asking === "unpublish"}
        title={t("results.unpublishTitle", { title: result.title })}
        text={t("results.unpublishText")}
        actionLabel={t("results.unpublish")}
        isPending={unpublish.isPending}
        onClose={close}
        onConfirm={() =>
          void unpublish.mutateAsync().then(() => {
            close();
            toast({ text: t("results.unpublished") });
          }, onError)
        }
      />
      <Confirm
        isOpen={typeof asking === "number"}
        title={t("results.rollBackTitle", { version: typeof asking === "number" ? versionOf(asking) : 0 })}
        text={t("results.rollBackText")}
        actionLabel={t("results.showAgain")}
        isPending={rollBack.isPending}
        onClose={close}
        onConfirm={() => typeof asking === "number" && back(asking)}
      />
    </section>
  );
}

const TONES: Record<Release["state"], Tone> = { checking: "attention", passed: "neutral", refused: "danger", failed: "danger" };

/** One publishing of a version: what became of it, and why not. */
function ReleaseItem({ release, showAgain }: { release: Release; showAgain: (() => void) | null }) {
  const t = useTranslator();
  const { version, state, createdAt, isLive, checks } = release;
  return (
    <li className="PublicationSection-release" data-testid="release" data-state={state}>
      <span className="PublicationSection-name">{t("results.versionNumber", { version })}</span>
      <Badge tone={isLive ? "accent" : TONES[state]}>{t(isLive ? "results.live" : `results.release.${state}`)}</Badge>
      <span className="PublicationSection-when">{t.format.relative(createdAt)}</span>
      {showAgain && (
        <Button size="s" tone="quiet" onPress={showAgain}>
          {t("results.showAgain")}
        </Button>
      )}
      {state === "refused" && (
        <details className="PublicationSection-why">
          <summary>{t("results.whyNot")}</summary>
          <Checks checks={checksOf(checks).filter(({ state: found }) => found === "failed")} />
        </details>
      )}
    </li>
  );
}
