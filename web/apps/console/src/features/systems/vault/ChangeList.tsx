import type { SystemComparison, VaultChange } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, DiffView, EmptyState, Icon } from "@openclaw/ui";

import { wordOf } from "../words.ts";
import { byField, isSame, isTold, linesOf } from "./timeline.ts";

import "./ChangeList.css";

/** What differs, field by field: in words, and texts line by line. Of a local-only system there are only the counts. */
export function ChangeList({ comparison, isLocal }: { comparison: SystemComparison; isLocal: boolean }) {
  const t = useTranslator();
  if (isSame(comparison)) return <EmptyState title={t("vault.nothingDiffers")} />;
  if (isLocal) {
    return (
      <div className="ChangeList" data-testid="changes">
        <ul className="ChangeList-counts">
          {comparison.counts.map((count) => (
            <li key={count.field}>
              <span className="ChangeList-field">{wordOf(t, "systemProfile.field", count.field)}</span>{" "}
              {(["added", "removed", "changed"] as const)
                .filter((kind) => count[kind] > 0)
                .map((kind) => t.count(`vault.count.${kind}`, count[kind]))
                .join(t("app.comma"))}
            </li>
          ))}
        </ul>
        <p className="ChangeList-note">{t("vault.countsOnly")}</p>
      </div>
    );
  }
  return (
    <div className="ChangeList" data-testid="changes">
      {byField(comparison.changes).map(({ field, changes }) => (
        <section key={field} className="ChangeList-group" aria-label={wordOf(t, "systemProfile.field", field)}>
          <h3 className="ChangeList-field">
            {wordOf(t, "systemProfile.field", field)} <Badge>{t.format.number(changes.length)}</Badge>
          </h3>
          <ul className="ChangeList-changes">
            {changes.map((change) => (
              <Change key={`${change.kind} ${change.path}`} change={change} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const ICONS = { added: "plus", removed: "minus", changed: "edit" } as const;

function Change({ change }: { change: VaultChange }) {
  const t = useTranslator();
  const lines = isTold(change) ? [] : linesOf(change);
  return (
    <li className="ChangeList-change" data-kind={change.kind}>
      <p className="ChangeList-words">
        <Icon name={ICONS[change.kind]} size={14} />
        <span>{change.words}</span>
      </p>
      {lines.length > 0 && <DiffView lines={lines} caption={t("vault.lines")} labels={{ added: t("tool.linesAdded"), removed: t("tool.linesRemoved") }} />}
    </li>
  );
}
