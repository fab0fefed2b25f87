import type { SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";

/** What a snapshot is called: by its label, else by its kind; in full with its time, since many have one kind. */
export function useSnapshotWords() {
  const t = useTranslator();
  const name = ({ label, kind }: SystemSnapshot) => label || t(`vault.kind.${kind}`);
  return { name, full: (snapshot: SystemSnapshot) => t("vault.namedAt", { name: name(snapshot), when: t.format.dateTime(snapshot.createdAt) }) };
}
