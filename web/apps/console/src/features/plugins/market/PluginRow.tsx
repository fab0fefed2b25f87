import type { Plugin, PluginBlock, PluginPackage } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Icon, Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { blocksOf } from "../model.ts";
import { useCategories } from "../words.ts";

import "./PluginRow.css";

/** A plugin of the marketplace in its newest version. */
export function PackageRow({ item, blocks }: { item: PluginPackage; blocks: readonly PluginBlock[] }) {
  const t = useTranslator();
  const category = useCategories();
  const isBlocked = blocksOf(blocks, item).length > 0;
  return (
    <Row
      data-testid="plugin-row"
      leading={<Icon name="puzzle" />}
      title={
        <Link to="/plugins/$name" params={{ name: item.name }} search={{ package: item.id }} className="PluginRow-link">
          {item.title}
        </Link>
      }
      badges={
        <>
          {item.installedVersion && (
            <Badge tone="accent">{item.installedVersion === item.version ? t("plugins.isInstalled") : t("plugins.otherInstalled", { version: item.installedVersion })}</Badge>
          )}
          {isBlocked && <Badge tone="danger">{t("plugins.isBlocked")}</Badge>}
          {item.reviewState !== "approved" && <Badge tone="attention">{t(`plugins.review.${item.reviewState}`)}</Badge>}
          {item.yanked && <Badge tone="attention">{t("plugins.isYanked")}</Badge>}
          {item.deprecated !== null && <Badge>{t("plugins.isDeprecated")}</Badge>}
        </>
      }
      detail={
        <>
          <p className="PluginRow-text">{item.description}</p>
          <p className="PluginRow-facts">{[t(`plugins.source.${item.source}`), category(item.category), item.version, item.author].join(" · ")}</p>
        </>
      }
    />
  );
}

/** A plugin that the workspace has. */
export function InstalledRow({ plugin }: { plugin: Plugin }) {
  const t = useTranslator();
  const category = useCategories();
  return (
    <Row
      data-testid="installed-row"
      leading={<Icon name="puzzle" />}
      title={
        <Link to="/plugins/$name" params={{ name: plugin.name }} className="PluginRow-link">
          {plugin.title}
        </Link>
      }
      badges={
        <>
          {plugin.blocked !== null && <Badge tone="danger">{t("plugins.isBlocked")}</Badge>}
          {!plugin.enabled && <Badge>{t("plugins.isDisabled")}</Badge>}
        </>
      }
      detail={
        <>
          <p className="PluginRow-text">{plugin.blocked ?? plugin.description}</p>
          <p className="PluginRow-facts">{[t(`plugins.source.${plugin.source}`), category(plugin.category), plugin.version].join(" · ")}</p>
        </>
      }
    />
  );
}
