import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, IconButton, Menu, Section, Skeleton, Switch, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { AutomationCrumbs } from "../AutomationCrumbs.tsx";
import { useAutomation, useAutomationEvents, useAutomationRuns, useSwitchAutomation } from "../queries.ts";
import { AutomationBadges } from "../StateBadge.tsx";
import { spanWords } from "../words.ts";
import { DeleteAutomation } from "./DeleteAutomation.tsx";
import { Facts } from "./Facts.tsx";
import { FireDialog } from "./FireDialog.tsx";
import { History } from "./History.tsx";
import { WebhookSection } from "./WebhookSection.tsx";

import "./AutomationPage.css";

/** One automation: what it does, how it went, and what can be done with it. */
export function AutomationPage({ automationId }: { automationId: string }) {
  const t = useTranslator();
  const automation = useAutomation(automationId);
  useAutomationEvents();
  useTitle(automation.data?.name ?? t("automations.title"));
  if (automation.data) return <Known automation={automation.data} />;
  return (
    <Page title={t("automations.title")} before={<AutomationCrumbs />}>
      {automation.error ? (
        <Banner tone="danger" role="alert" title={t("automations.oneLoadFailed")} action={<Button onPress={() => void automation.refetch()}>{t("app.retry")}</Button>}>
          {t.error(automation.error)}
        </Banner>
      ) : (
        <Skeleton label={t("app.loading")} isBlock />
      )}
    </Page>
  );
}

function Known({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { id, name, description, enabled, silent, expectedEverySeconds } = automation;
  const turn = useSwitchAutomation(id);
  const [open, setOpen] = useState<"fire" | "delete" | null>(null);
  const set = (isOn: boolean) => void turn.mutateAsync(isOn).catch((error: unknown) => toast({ text: t.error(error), tone: "danger" }));
  const label = t("automations.actions", { name });
  const actions = (
    <div className="AutomationPage-actions">
      <Switch label={t(enabled ? "automations.on" : "automations.off")} isSelected={turn.isPending ? turn.variables : enabled} onChange={set} data-testid="automation-switch" />
      <Button icon="play" onPress={() => setOpen("fire")} isDisabled={!enabled} data-testid="fire-automation">
        {t("automations.fire")}
      </Button>
      <Button icon="edit" onPress={() => void navigate({ to: "/automations/$automationId/edit", params: { automationId: id } })} data-testid="edit-automation">
        {t("app.edit")}
      </Button>
      <Menu label={label} groups={[{ actions: [{ id: "delete", label: t("app.delete"), icon: "trash", isDestructive: true, run: () => setOpen("delete") }] }]}>
        <IconButton icon="more" label={label} hasTooltip={false} />
      </Menu>
    </div>
  );
  return (
    <Page title={name} {...(description ? { description } : {})} before={<AutomationCrumbs />} badges={<AutomationBadges automation={automation} />} action={actions}>
      {!enabled && <WhyOff automation={automation} isPending={turn.isPending} onSwitch={() => set(true)} />}
      {silent && expectedEverySeconds !== null && (
        <div className="AutomationPage-banner">
          <Banner tone="attention" title={t("automations.silentTitle")}>
            {t("automations.silentText", { span: spanWords(t, expectedEverySeconds), when: automation.lastRunAt ? t.format.relative(automation.lastRunAt) : t("automations.never") })}
          </Banner>
        </div>
      )}
      <Section title={t("automations.does")}>
        <Facts automation={automation} />
      </Section>
      {automation.trigger.kind === "webhook" && <WebhookSection automation={automation} />}
      <History automation={automation} />
      {open === "fire" && <FireDialog automation={automation} onClose={() => setOpen(null)} />}
      <DeleteAutomation automation={automation} isOpen={open === "delete"} onClose={() => setOpen(null)} onGone={() => void navigate({ to: "/automations" })} />
    </Page>
  );
}

/** Who switched it off: a person needs no more than a word, failures need the last of them and a way on. */
function WhyOff({ automation, isPending, onSwitch }: { automation: Automation; isPending: boolean; onSwitch: () => void }) {
  const t = useTranslator();
  const { id, disabledReason, consecutiveFailures } = automation;
  const isFailed = disabledReason === "failures";
  const runs = useAutomationRuns(id, isFailed ? "failed" : null);
  const last = runs.data?.pages[0]?.items[0];
  const action = (
    <Button isPending={isPending} onPress={onSwitch} data-testid="go-on">
      {t("automations.goOn")}
    </Button>
  );
  return (
    <div className="AutomationPage-banner">
      {isFailed ? (
        <Banner tone="danger" title={t.count("automations.failedOff", consecutiveFailures)} action={action} data-testid="why-off">
          {last?.error ? t("automations.lastFailure", { reason: last.error.title }) : t("automations.failedOffText")}
        </Banner>
      ) : (
        <Banner tone="neutral" action={action} data-testid="why-off">
          {t(disabledReason === "left_workspace" ? "automations.leftOff" : "automations.handOff")}
        </Banner>
      )}
    </div>
  );
}
