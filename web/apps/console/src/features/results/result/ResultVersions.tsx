import type { ResultDetail, ResultVersion } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, IconButton, Menu, Row, type MenuGroup } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";

import { VersionList } from "../../../shared/VersionList.tsx";
import { brokenLinks } from "../model.ts";
import { useResultVersions } from "../queries.ts";
import { useRestore } from "./useRestore.ts";

import "./ResultVersions.css";

/** Every version that was saved; none of them changes any more. */
export function ResultVersions({ result }: { result: ResultDetail }) {
  const t = useTranslator();
  const versions = useResultVersions(result.id);
  return (
    <VersionList
      title={t("results.versions")}
      text={t("results.versionsText")}
      versions={versions}
      row={(version) => <VersionRow key={version.number} version={version} result={result} />}
    />
  );
}

function VersionRow({ version, result }: { version: ResultVersion; result: ResultDetail }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const { restore } = useRestore(result);
  const { number, note, createdAt, files, derived, syncMode } = version;
  const { id, live, shown, status, statuses, publication } = result;
  const isNewest = number === result.version;
  const wasPublic = publication?.releases.some((release) => release.version === number && release.state === "passed") ?? false;
  const broken = brokenLinks(derived)?.length ?? 0;
  const compare = (before: number, after: number) => void navigate({ to: "/results/$resultId/compare", params: { resultId: id }, search: { before, after } });
  const label = t("results.versionActions", { version: number });
  const groups: MenuGroup[] = [
    {
      actions: [
        ...(number > 1 ? [{ id: "before", label: t("results.compareWith", { version: number - 1 }), icon: "branch" as const, run: () => compare(number - 1, number) }] : []),
        ...(isNewest ? [] : [{ id: "newest", label: t("results.compareWith", { version: result.version }), icon: "branch" as const, run: () => compare(number, result.version) }]),
        ...(!isNewest && syncMode === "full" && statuses.length > 0 && status !== "archived"
          ? [{ id: "restore", label: t("results.restore"), icon: "undo" as const, run: () => restore(number) }]
          : []),
      ],
    },
  ];
  return (
    <Row
      data-testid="result-version"
      title={
        <Link
          to="/results/$resultId"
          params={{ resultId: id }}
          search={isNewest ? {} : { version: number }}
          className="ResultVersions-link"
          aria-current={number === shown.number ? "true" : undefined}
        >
          {t("results.versionNumber", { version: number })}
        </Link>
      }
      badges={
        <>
          {isNewest && <Badge>{t("results.isNewest")}</Badge>}
          {live?.version === number ? <Badge tone="accent">{t("results.live")}</Badge> : wasPublic && <Badge>{t("results.wasLive")}</Badge>}
          {broken > 0 && <Badge tone="attention">{t.count("results.brokenLinks", broken)}</Badge>}
        </>
      }
      detail={[t.format.dateTime(createdAt), t.count("results.fileCount", files.length), ...(note ? [note] : [])].join(" · ")}
      actions={
        groups[0]?.actions.length !== 0 && (
          <Menu label={label} groups={groups}>
            <IconButton icon="more" label={label} hasTooltip={false} />
          </Menu>
        )
      }
    />
  );
}
