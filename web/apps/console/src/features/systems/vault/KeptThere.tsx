import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, Section, useToast } from "@openclaw/ui";

import { useLabels } from "../../../shared/useLabels.ts";
import { useKeeper } from "../words.ts";
import { useRefreshVault } from "./queries.ts";

/** A local-only system: what it holds is on its machine. Says whether that can be asked now, and what to do when not. */
export function KeptThere({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const toast = useToast();
  const { name, device, isOnline, isKnown } = useKeeper(system);
  const refresh = useRefreshVault(system.id);
  const ask = () => refresh.mutate(undefined, { onSuccess: () => toast({ text: t("vault.asked", { name }) }), onError: (error) => toast({ text: t.error(error), tone: "danger" }) });
  const state = !isKnown || isOnline ? "online" : device ? "offline" : "foreign";
  return (
    <div data-testid="kept-there" data-state={state}>
      <Banner
        tone={state === "online" ? "neutral" : "attention"}
        icon={state === "online" ? "laptop" : "unplugged"}
        title={t(`vault.keeper.${state}`, { name })}
        action={
          state === "online" && (
            <Button isPending={refresh.isPending} onPress={ask}>
              {t("vault.ask")}
            </Button>
          )
        }
      >
        {t(`vault.keeperText.${state}`, { name })}
      </Banner>
    </div>
  );
}

/** What is typed on that machine, to edit the profile or to look into the vault. */
export function DoneThere({ system, purpose }: { system: SystemDetail; purpose: "profile" | "vault" }) {
  const t = useTranslator();
  const labels = useLabels();
  const { name } = useKeeper(system);
  const commands =
    purpose === "profile"
      ? [`openclaw bridge vault show ${system.id} > system.json`, `openclaw bridge vault edit ${system.id} system.json`]
      : [`openclaw bridge vault list ${system.id}`, `openclaw bridge vault compare ${system.id} ${system.baselineSnapshotId ?? "SNAPSHOT"}`];
  return (
    <Section title={t(purpose === "profile" ? "vault.editThere" : "vault.lookThere", { name })} description={t(purpose === "profile" ? "vault.editThereText" : "vault.lookThereText")}>
      <CodeBlock code={commands.join("\n")} language="bash" labels={labels} />
    </Section>
  );
}
