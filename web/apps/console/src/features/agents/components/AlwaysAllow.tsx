import type { Approval } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Select, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { useRulePreview } from "../queries.ts";

import "./AlwaysAllow.css";

const DAYS = ["7", "30", "90", "never"] as const;
type Days = (typeof DAYS)[number];
const SHOWN = 4;

/** Until when a rule holds, and what it would have let through: asked before it is made. */
export function AlwaysAllow({ approval, isPending, back, allow }: { approval: Approval; isPending: boolean; back: () => void; allow: (ruleDays: number | null) => void }) {
  const t = useTranslator();
  const [days, setDays] = useState<Days>("30");
  const { program = "", folder = "" } = approval.coverage ?? {};
  return (
    <div className="AlwaysAllow" role="group" aria-label={t("always.title", { program, folder })}>
      <strong>{t("always.title", { program, folder })}</strong>
      <Covered approval={approval} />
      <Select
        label={t("always.until")}
        value={days}
        onChange={setDays}
        options={DAYS.map((value) => ({ value, label: t(`always.days.${value}`) }))}
      />
      <div className="AlwaysAllow-row">
        <Button onPress={back} autoFocus>
          {t("approval.back")}
        </Button>
        <Button
          tone="primary"
          icon="check"
          isPending={isPending}
          onPress={() => allow(days === "never" ? null : Number(days))}
          data-testid="approve-always-confirm"
        >
          {t("always.confirm")}
        </Button>
      </div>
    </div>
  );
}

function Covered({ approval }: { approval: Approval }) {
  const t = useTranslator();
  const preview = useRulePreview(approval);
  if (preview.error) return <p className="AlwaysAllow-note">{t.error(preview.error)}</p>;
  if (!preview.data) return <Skeleton label={t("app.loading")} />;
  const others = preview.data.items.filter(({ runId }) => runId !== approval.runId);
  if (others.length === 0) return <p className="AlwaysAllow-note">{t("always.none")}</p>;
  const total = preview.data.total - (preview.data.items.length - others.length);
  return (
    <div className="AlwaysAllow-covered" data-testid="rule-preview">
      <p className="AlwaysAllow-note">{t.count("always.covered", total)}</p>
      <ul className="AlwaysAllow-calls">
        {others.slice(0, SHOWN).map((call) => (
          <li key={call.stepId} className="AlwaysAllow-call">
            <code>{call.text || call.tool}</code>
            <span>{t.format.relative(call.at)}</span>
          </li>
        ))}
        {total > SHOWN && <li className="AlwaysAllow-note">{t("always.more", { count: total - SHOWN })}</li>}
      </ul>
    </div>
  );
}
