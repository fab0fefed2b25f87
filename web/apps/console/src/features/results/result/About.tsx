import type { ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { useSystemName } from "../../../shared/useSystem.ts";
import { useDevices } from "../../devices/index.ts";
import { useWorkspaces } from "../../workspaces/index.ts";
import { brokenLinks, can, originsOf, type Origin } from "../model.ts";
import { useChangeResult } from "../queries.ts";
import { StarsField } from "../Stars.tsx";
import { TagsField } from "./TagsField.tsx";

import "./About.css";

/** What people say about a result, what it is, and what made it. */
export function About({ result }: { result: ResultDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const change = useChangeResult(result.id);
  const { current, userId } = useWorkspaces();
  const { rating, tags, visibility, shown, kind, createdBy, createdAt } = result;
  const mayChange = current.role !== "viewer";
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const broken = brokenLinks(shown.derived);
  const origins = originsOf(shown.provenance);
  return (
    <section className="About" aria-label={t("results.about")} data-testid="about">
      {mayChange && (
        <>
          <StarsField rating={change.variables?.rating ?? rating} onChange={(next) => change.mutate({ rating: next }, { onError })} />
          <TagsField tags={tags} onChange={(next) => change.mutate({ tags: next }, { onError })} />
        </>
      )}
      <dl className="About-facts">
        <dt>{t("results.kind")}</dt>
        <dd>{t(`results.kind.${kind}`)}</dd>
        <dt>{t("results.version")}</dt>
        <dd>{t("results.versionFacts", { version: shown.number, when: t.format.relative(shown.createdAt) })}</dd>
        <dt>{t("results.size")}</dt>
        <dd>{[t.count("results.fileCount", shown.files.length), t.format.bytes(shown.files.reduce((sum, file) => sum + file.bytes, 0))].join(" · ")}</dd>
        {broken !== null && broken.length > 0 && (
          <>
            <dt>{t("results.links")}</dt>
            <dd className="About-alarming">{t.count("results.brokenLinks", broken.length)}</dd>
          </>
        )}
        <dt>{t("results.begun")}</dt>
        <dd>{t.format.dateTime(createdAt)}</dd>
        <dt>{t("results.seenBy")}</dt>
        <dd className="About-seen">
          {t(`results.visibility.${visibility}`)}
          {mayChange && createdBy === userId && (
            <Button
              size="s"
              isPending={change.isPending && change.variables.visibility !== undefined}
              onPress={() => change.mutate({ visibility: visibility === "private" ? "workspace" : "private" }, { onError })}
              data-testid="toggle-shared"
            >
              {t(visibility === "private" ? "results.share" : "results.unshare")}
            </Button>
          )}
        </dd>
      </dl>
      <h2 className="About-title">{t("results.madeByTitle")}</h2>
      {origins.length === 0 ? (
        <p className="About-none">{t("results.uploaded")}</p>
      ) : (
        <ul className="About-origins" data-testid="origins">
          {origins.map((origin) => (
            <OriginLine key={origin.kind} origin={origin} />
          ))}
        </ul>
      )}
      {can(result, "continue") && origins.length > 0 && <Continue origins={origins} />}
    </section>
  );
}

function OriginLine({ origin }: { origin: Origin }) {
  const t = useTranslator();
  const devices = useDevices();
  const system = useSystemName(origin.kind === "system" ? origin.id : null);
  const device = origin.kind === "device" ? devices.data?.find(({ id }) => id === origin.id)?.name : null;
  const word = t(`results.origin.${origin.kind}`);
  const name = system ?? device;
  return (
    <li className="About-origin">
      <Link to={origin.to} {...(origin.hash ? { hash: origin.hash } : {})} data-testid={`origin-${origin.kind}`}>
        {name ? [word, name].join(t("app.colon")) : word}
      </Link>
      {origin.maker && (
        <Link to="/results" search={{ [origin.maker]: origin.id }} className="About-more" aria-label={t("results.allMadeBy", { name: name ?? word })}>
          {t("results.sameOrigin")}
        </Link>
      )}
    </li>
  );
}

/** On with the work that made it: the task's page, else its conversation. */
function Continue({ origins }: { origins: readonly Origin[] }) {
  const t = useTranslator();
  const work = origins.find(({ kind }) => kind === "task") ?? origins.find(({ kind }) => kind === "conversation");
  if (!work) return null;
  return (
    <Link to={work.to} className="About-continue">
      {t("results.continue")}
    </Link>
  );
}
