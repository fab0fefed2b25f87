import type { SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { useNavigate } from "@tanstack/react-router";

import { NameDialog } from "../../../shared/NameDialog.tsx";
import { useClone } from "./queries.ts";
import { useSnapshotWords } from "./useSnapshotWords.ts";

/** Another system that is as this one was at a snapshot, or is now (null); without its history. */
export function CloneDialog({ system, snapshot, onClose }: { system: SystemDetail; snapshot: SystemSnapshot | null; onClose: () => void }) {
  const t = useTranslator();
  const words = useSnapshotWords();
  const navigate = useNavigate();
  const clone = useClone(system.id);
  return (
    <NameDialog
      title={snapshot ? t("vault.cloneFrom", { name: words.full(snapshot) }) : t("vault.cloneTitle", { name: system.name })}
      label={t("vault.cloneName")}
      initial={t("vault.cloneOf", { name: system.name }).slice(0, 100)}
      submitLabel={t("systems.clone")}
      isPending={clone.isPending}
      error={clone.error ? t.error(clone.error) : null}
      onClose={onClose}
      onSubmit={(name) =>
        clone.mutate(
          { name: name.slice(0, 100), ...(snapshot ? { snapshotId: snapshot.id } : {}) },
          {
            onSuccess: ({ id }) => {
              onClose();
              void navigate({ to: "/systems/$systemId", params: { systemId: id } });
            },
          },
        )
      }
    />
  );
}
