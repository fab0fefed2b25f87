import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import "./PluginCallView.css";

export type PluginCall = NonNullable<WorkflowStepRun["call"]>;

/** How the code of a plugin was kept apart, what it used, what it tried and was refused. */
export function PluginCallView({ call }: { call: PluginCall }) {
  const t = useTranslator();
  const { wallSeconds, cpuSeconds, memoryBytes, networkBytes } = call.usage as Record<string, number | undefined>;
  const tier = `pluginCall.tier.${call.tier}`;
  const facts: [string, string][] = [
    [t("pluginCall.plugin"), `${call.name} ${call.version} · ${call.action}`],
    ...(call.tier === null ? [] : ([[t("pluginCall.tier"), t.has(tier) ? t(tier) : call.tier]] as [string, string][])),
    ...(cpuSeconds === undefined ? [] : ([[t("pluginCall.cpu"), t.format.duration(cpuSeconds * 1000)]] as [string, string][])),
    ...(wallSeconds === undefined ? [] : ([[t("pluginCall.wall"), t.format.duration(wallSeconds * 1000)]] as [string, string][])),
    ...(memoryBytes ? ([[t("pluginCall.memory"), t.format.bytes(memoryBytes)]] as [string, string][]) : []),
    ...(networkBytes ? ([[t("pluginCall.network"), t.format.bytes(networkBytes)]] as [string, string][]) : []),
  ];
  return (
    <section className="PluginCallView" aria-label={t("pluginCall.title")} data-testid="plugin-call" data-tier={call.tier}>
      <h3 className="PluginCallView-title">
        {t("pluginCall.title")}
        {call.state !== "completed" && <Badge tone="danger">{t(`pluginCall.state.${call.state}`)}</Badge>}
      </h3>
      <dl className="PluginCallView-facts">
        {facts.map(([name, value]) => (
          <div key={name} className="PluginCallView-fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {call.refused.length > 0 && (
        <>
          <h4 className="PluginCallView-title">{t("pluginCall.refused")}</h4>
          <ul className="PluginCallView-refused" data-testid="refused-connections">
            {call.refused.map(({ host, port, decision }) => {
              const why = `pluginCall.why.${decision.split(":")[0]}`;
              return (
                <li key={`${host} ${port} ${decision}`}>
                  {host !== "" && <code>{`${host}:${port}`}</code>} {t.has(why) ? t(why) : decision}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}
