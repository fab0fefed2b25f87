import type { SystemBranch, SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Icon, Row, Rows, Section } from "@openclaw/ui";

import type { VaultTask } from "./VaultPart.tsx";

/** The main line and those beside it: on which one the system is, and how to go to another. Before it goes it is kept. */
export function Branches({ system, branches, snapshots, canChange, onTask }: { system: SystemDetail; branches: readonly SystemBranch[]; snapshots: readonly SystemSnapshot[]; canChange: boolean; onTask: (task: VaultTask) => void }) {
  const t = useTranslator();
  const main = snapshots.find(({ branchId }) => branchId === null);
  const add = (
    <Button icon="plus" size="s" isDisabled={!canChange} onPress={() => onTask({ kind: "branch", snapshot: null })} data-testid="new-branch">
      {t("vault.newBranch")}
    </Button>
  );
  const go = (isHere: boolean, name: string, run: () => void) =>
    isHere ? undefined : (
      <Button size="s" isDisabled={!canChange} onPress={run}>
        {t("vault.goTo")} <span className="visually-hidden">{name}</span>
      </Button>
    );
  return (
    <Section title={t("vault.branches")} description={t("vault.branchesText")} action={add}>
      {branches.length > 0 && (
        <Rows label={t("vault.branches")}>
          <Row
            data-testid="branch-row"
            leading={<Icon name="branch" />}
            title={t("vault.mainLine")}
            badges={system.currentBranchId === null && <Badge tone="accent">{t("vault.here")}</Badge>}
            actions={main && go(system.currentBranchId === null, t("vault.mainLine"), () => onTask({ kind: "restore", target: { snapshotId: main.id }, name: t("vault.mainLine"), isLine: true }))}
          />
          {branches.map((branch) => (
            <Row
              key={branch.id}
              data-testid="branch-row"
              leading={<Icon name="branch" />}
              title={branch.name}
              badges={branch.active && <Badge tone="accent">{t("vault.here")}</Badge>}
              detail={[branch.description, t("vault.branchedAt", { when: t.format.relative(branch.createdAt) })].filter(Boolean).join(" · ")}
              actions={go(branch.active, branch.name, () => onTask({ kind: "restore", target: { branchId: branch.id }, name: branch.name, isLine: true }))}
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
