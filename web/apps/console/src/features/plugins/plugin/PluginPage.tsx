import type { Plugin, PluginPackageDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Markdown, Section, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { Crumbs } from "../../../shared/Crumbs.tsx";
import { Page } from "../../../shared/Page.tsx";
import { useLabels } from "../../../shared/useLabels.ts";
import { useTitle } from "../../../shared/useTitle.ts";
import { blocksOf, firstShown, isUsable, secretsOf, shortKey, updateOf } from "../model.ts";
import { PermissionList } from "../PermissionList.tsx";
import { useBlocks, useInstalled, usePackage, useReadme, useRights, useVersions } from "../queries.ts";
import { Unblock } from "../Unblock.tsx";
import { useCategories } from "../words.ts";
import { Actions } from "./Actions.tsx";
import { InstallDialog } from "./InstallDialog.tsx";
import { PluginMenu } from "./PluginMenu.tsx";
import { SettingsDialog } from "./SettingsDialog.tsx";
import { UpdateDialog } from "./UpdateDialog.tsx";
import { Versions } from "./Versions.tsx";

import "./PluginPage.css";

/** A plugin: what it is and may do, its versions, and whether the workspace has it. */
export function PluginPage({ name, packageId }: { name: string; packageId: string | null }) {
  const t = useTranslator();
  const versions = useVersions(name);
  const installed = useInstalled();
  const plugin = installed.data?.find((each) => each.name === name) ?? null;
  const isKnown = versions.data !== undefined && installed.data !== undefined;
  const shown = isKnown ? (versions.data.find(({ id }) => id === packageId) ?? firstShown(versions.data, plugin)) : null;
  const detail = usePackage(shown?.id ?? null);
  const error = versions.error ?? installed.error ?? detail.error;
  useTitle(detail.data?.title ?? name);
  if (shown && detail.data) return <Overview key={shown.id} item={detail.data} plugin={plugin} />;
  const retry = () => {
    for (const query of [versions, installed, detail]) if (query.error) void query.refetch();
  };
  return (
    <Page title={plugin?.title ?? name} before={<WayBack />}>
      {error ? (
        <Banner tone="danger" role="alert" title={t("plugins.loadFailed")} action={<Button onPress={retry}>{t("app.retry")}</Button>}>
          {t.error(error)}
        </Banner>
      ) : isKnown && !shown ? (
        plugin ? <Gone plugin={plugin} /> : <EmptyState title={t("plugins.notFound")}>{t("plugins.notFoundText", { name })}</EmptyState>
      ) : (
        <Skeleton label={t("app.loading")} lines={5} isBlock />
      )}
    </Page>
  );
}

function WayBack() {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/plugins">{t("plugins.title")}</Link>
    </Crumbs>
  );
}

/** What is installed though no registry has it any more. */
function Gone({ plugin }: { plugin: Plugin }) {
  const t = useTranslator();
  const { isAdmin } = useRights();
  return (
    <EmptyState title={t("plugins.gone")} action={isAdmin && <PluginMenu plugin={plugin} target={plugin} />}>
      {t("plugins.goneText")}
    </EmptyState>
  );
}

function Overview({ item, plugin }: { item: PluginPackageDetail; plugin: Plugin | null }) {
  const t = useTranslator();
  const labels = useLabels();
  const readme = useReadme(item.id, item.hasReadme);
  const isShown = plugin?.packageId === item.id;
  const granted = isShown && plugin ? plugin.permissions : item.permissions;
  const refused = item.permissions.filter(({ name }) => !granted.some((each) => each.name === name));
  return (
    <Page
      title={item.title}
      description={item.description}
      before={<WayBack />}
      badges={
        <>
          {isShown && <Badge tone="accent">{t("plugins.isInstalled")}</Badge>}
          {isShown && plugin && !plugin.enabled && <Badge>{t("plugins.isDisabled")}</Badge>}
          {item.reviewState !== "approved" && <Badge tone="attention">{t(`plugins.review.${item.reviewState}`)}</Badge>}
        </>
      }
      action={<Doings item={item} plugin={plugin} />}
    >
      <Notes item={item} plugin={plugin} />
      <Facts item={item} />
      <Section title={t("plugins.permissions")} description={t("plugins.permissionsText")}>
        <PermissionList permissions={granted} refused={refused} />
      </Section>
      <Actions actions={item.actions} />
      {item.hasReadme && (
        <Section title={t("plugins.readme")}>
          {readme.isPending && <Skeleton label={t("app.loading")} />}
          {readme.error && <Banner tone="danger" action={<Button onPress={() => void readme.refetch()}>{t("app.retry")}</Button>}>{t.error(readme.error)}</Banner>}
          {readme.data && <Markdown text={readme.data.text} labels={labels} />}
        </Section>
      )}
      <Versions name={item.name} shownId={item.id} plugin={plugin} />
    </Page>
  );
}

function Doings({ item, plugin }: { item: PluginPackageDetail; plugin: Plugin | null }) {
  const t = useTranslator();
  const { isAdmin, isOperator } = useRights();
  const versions = useVersions(item.name);
  const blocks = useBlocks();
  const [open, setOpen] = useState<"install" | "update" | null>(null);
  const close = () => setOpen(null);
  const isBlocked = blocksOf(blocks.data ?? [], item).length > 0;
  const isOther = plugin !== null && plugin.packageId !== item.id && plugin.source === item.source;
  // On the page of what is installed: to the newest; on the page of another version: to that one.
  const next = isOther ? item : updateOf(versions.data ?? [], plugin);
  const order = (versions.data ?? []).map(({ id }) => id);
  const isNewer = next !== null && order.indexOf(next.id) < order.indexOf(plugin?.packageId ?? "");
  if (!isAdmin && !isOperator) return null;
  return (
    <div className="PluginPage-actions">
      {isAdmin && !plugin && (
        <Button tone="primary" isDisabled={!isUsable(item) || isBlocked} onPress={() => setOpen("install")} data-testid="install">
          {t("plugins.install")}
        </Button>
      )}
      {isAdmin && plugin && next && (isOther || plugin.packageId === item.id) && (
        <Button tone="primary" icon="refresh" isDisabled={!isUsable(next) || blocksOf(blocks.data ?? [], next).length > 0} onPress={() => setOpen("update")} data-testid="update">
          {t(isNewer ? "plugins.updateTo" : "plugins.goTo", { version: next.version })}
        </Button>
      )}
      <PluginMenu plugin={plugin?.packageId === item.id ? plugin : null} target={item} />
      {open === "install" && <InstallDialog item={item} onClose={close} />}
      {open === "update" && plugin && next && <UpdateDialog plugin={plugin} packageId={next.id} onClose={close} />}
    </div>
  );
}

/** What one should know before anything else. */
function Notes({ item, plugin }: { item: PluginPackageDetail; plugin: Plugin | null }) {
  const t = useTranslator();
  const { isAdmin, workspaceName } = useRights();
  const blocks = useBlocks();
  const [isSetting, setSetting] = useState(false);
  const block = blocksOf(blocks.data ?? [], item)[0];
  const isShown = plugin?.packageId === item.id;
  const missing = isShown && plugin ? secretsOf(plugin.permissions).filter((name) => !plugin.secrets.includes(name)) : [];
  const isOtherSource = plugin !== null && plugin.source !== item.source;
  return (
    <div className="PluginPage-notes">
      {block && (
        <Banner tone="danger" icon="stop" title={t(block.everywhere ? "plugins.blockedOnServer" : "plugins.blockedHere")} action={<Unblock block={block} />} data-testid="blocked">
          {block.reason}
        </Banner>
      )}
      {item.yanked && <Banner tone="attention" title={t("plugins.yankedTitle")}>{item.yankReason || t("plugins.noReason")}</Banner>}
      {item.deprecated !== null && <Banner tone="attention" title={t("plugins.deprecatedTitle")}>{item.deprecated}</Banner>}
      {item.reviewState === "pending" && <Banner title={t("plugins.pendingTitle")}>{t("plugins.pendingText")}</Banner>}
      {item.reviewState === "rejected" && <Banner tone="attention" title={t("plugins.rejectedTitle")}>{item.reviewNote || t("plugins.noReason")}</Banner>}
      {isOtherSource && plugin && <Banner>{t("plugins.otherSource", { source: t(`plugins.source.${plugin.source}`), version: plugin.version })}</Banner>}
      {missing.length > 0 && (
        <Banner tone="attention" icon="key" title={t("plugins.secretsMissing")} action={isAdmin && <Button onPress={() => setSetting(true)}>{t("plugins.settingsAction")}</Button>}>
          {missing.join(", ")}
        </Banner>
      )}
      {!isAdmin && <Banner data-testid="not-admin">{t("plugins.whoMay", { workspace: workspaceName })}</Banner>}
      {isSetting && plugin && <SettingsDialog plugin={plugin} onClose={() => setSetting(false)} />}
    </div>
  );
}

function Facts({ item }: { item: PluginPackageDetail }) {
  const t = useTranslator();
  const category = useCategories();
  const facts: [string, ReactNode][] = [
    [t("plugins.author"), item.author],
    [t("plugins.version"), item.version],
    [t("plugins.category"), category(item.category)],
    [t("plugins.source"), t(`plugins.source.${item.source}`)],
    [t("plugins.signedBy"), item.source === "builtin" ? t("plugins.withServer") : <code title={item.publisherKey}>{shortKey(item.publisherKey)}</code>],
    ...(item.license ? [[t("plugins.license"), item.license] satisfies [string, string]] : []),
    ...(item.homepage
      ? [
          [
            t("plugins.homepage"),
            <a key="homepage" href={item.homepage} target="_blank" rel="noreferrer noopener">
              {item.homepage.replace(/^https:\/\//, "")}
            </a>,
          ] satisfies [string, ReactNode],
        ]
      : []),
    ...(item.dependencies.length > 0 ? [[t("plugins.dependencies"), item.dependencies.join(", ")] satisfies [string, string]] : []),
  ];
  return (
    <dl className="PluginPage-facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
