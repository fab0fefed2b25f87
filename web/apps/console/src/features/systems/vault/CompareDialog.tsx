import type { SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Select, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { ChangeList } from "./ChangeList.tsx";
import { useComparison } from "./queries.ts";
import { useSnapshotWords } from "./useSnapshotWords.ts";

import "./CompareDialog.css";

const NOW = "now";

/** What is different between two snapshots, or between one and now. */
export function CompareDialog({ system, snapshots, before, after, onClose }: { system: SystemDetail; snapshots: readonly SystemSnapshot[]; before: SystemSnapshot; after: SystemSnapshot | null; onClose: () => void }) {
  const t = useTranslator();
  const words = useSnapshotWords();
  const [from, setFrom] = useState(before.id);
  const [to, setTo] = useState(after?.id ?? NOW);
  const comparison = useComparison(system.id, from, to === NOW ? null : to);
  const options = snapshots.map((snapshot) => ({ value: snapshot.id, label: words.name(snapshot), detail: t.format.dateTime(snapshot.createdAt) }));
  return (
    <Dialog isOpen onClose={onClose} title={t("vault.compareTitle")} closeLabel={t("app.close")} data-testid="compare-dialog" actions={<Button onPress={onClose}>{t("app.close")}</Button>}>
      <div className="CompareDialog">
        <div className="CompareDialog-choice">
          <Select label={t("vault.before")} value={from} options={options} onChange={setFrom} data-testid="compare-from" />
          <Select label={t("vault.after")} value={to} options={[{ value: NOW, label: t("vault.now") }, ...options]} onChange={setTo} data-testid="compare-to" />
        </div>
        {comparison.error && (
          <Banner tone="danger" role="alert" action={<Button onPress={() => void comparison.refetch()}>{t("app.retry")}</Button>}>
            {t.error(comparison.error)}
          </Banner>
        )}
        {from === to && <p>{t("vault.nothingDiffers")}</p>}
        {comparison.isFetching && !comparison.data && <Skeleton label={t("app.loading")} isBlock />}
        {comparison.data && from !== to && <ChangeList comparison={comparison.data} isLocal={system.syncMode === "local_only"} />}
      </div>
    </Dialog>
  );
}
