import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, IconButton, Menu, Row, Switch, useToast } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { FireDialog } from "../one/FireDialog.tsx";
import { DeleteAutomation } from "../one/DeleteAutomation.tsx";
import { useSwitchAutomation } from "../queries.ts";
import { AutomationBadges, RunStateDot } from "../StateBadge.tsx";
import { actionWords, triggerWords } from "../words.ts";

import "./AutomationRow.css";

/** What, when next, how it went, and whether it is on. */
export function AutomationRow({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { id, name, enabled, disabledReason, consecutiveFailures, lastRunAt, lastRunState, nextAt } = automation;
  const turn = useSwitchAutomation(id);
  const [open, setOpen] = useState<"fire" | "delete" | null>(null);
  const set = (isOn: boolean) => void turn.mutateAsync(isOn).catch((error: unknown) => toast({ text: t.error(error), tone: "danger" }));
  const params = { automationId: id };
  const label = t("automations.actions", { name });
  const facts = [
    lastRunAt && lastRunState ? t("automations.lastRun", { state: t(`automations.state.${lastRunState}`), when: t.format.relative(lastRunAt) }) : t("automations.neverRan"),
    ...(nextAt ? [t("automations.nextAt", { when: t.format.dateTime(nextAt) })] : []),
  ];
  return (
    <Row
      data-testid="automation-row"
      leading={<RunStateDot state={lastRunState} />}
      title={
        <Link to="/automations/$automationId" params={params} className="AutomationRow-link">
          {name}
        </Link>
      }
      badges={<AutomationBadges automation={automation} />}
      detail={
        <>
          <p>
            {triggerWords(t, automation.trigger)} → {actionWords(t, automation.action)}
          </p>
          <p className="AutomationRow-facts">{facts.join(" · ")}</p>
          {!enabled && disabledReason === "failures" && (
            <p className="AutomationRow-failed">
              <span>{t.count("automations.failedOff", consecutiveFailures)}</span>
              <Link to="/automations/$automationId" params={params}>
                {t("automations.seeWhy")}
              </Link>
              <Button size="s" isPending={turn.isPending} onPress={() => set(true)}>
                {t("automations.goOn")}
              </Button>
            </p>
          )}
        </>
      }
      actions={
        <>
          <Switch label={t("automations.isOn", { name })} isLabelHidden isSelected={turn.isPending ? turn.variables : enabled} onChange={set} data-testid="automation-switch" />
          <Menu
            label={label}
            groups={[
              {
                actions: [
                  ...(enabled ? [{ id: "fire", label: t("automations.fire"), icon: "play" as const, run: () => setOpen("fire") }] : []),
                  { id: "edit", label: t("app.edit"), icon: "edit", run: () => void navigate({ to: "/automations/$automationId/edit", params }) },
                ],
              },
              { actions: [{ id: "delete", label: t("app.delete"), icon: "trash", isDestructive: true, run: () => setOpen("delete") }] },
            ]}
          >
            <IconButton icon="more" label={label} hasTooltip={false} />
          </Menu>
          {open === "fire" && <FireDialog automation={automation} onClose={() => setOpen(null)} />}
          <DeleteAutomation automation={automation} isOpen={open === "delete"} onClose={() => setOpen(null)} />
        </>
      }
    />
  );
}
