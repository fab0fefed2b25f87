import type { PluginAction } from "@openclaw/api";
import { useTranslator, type MessageKey } from "@openclaw/i18n";
import { Badge, Banner, Button, Checkbox, Icon, Skeleton } from "@openclaw/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { FieldContext } from "./form/context.ts";
import { TOOLS } from "./form/tools.ts";
import { partsOf, type KnownPlugin } from "./usePlugins.ts";

import "./ToolsField.css";

export interface ToolsFieldProps {
  value: readonly string[];
  context: FieldContext;
  onChange: (tools: string[]) => void;
}

/** What the model of an agent step may use: machines' tools and plugins' actions, each in words. Policies and approvals hold as ever. */
export function ToolsField({ value, context, onChange }: ToolsFieldProps) {
  const t = useTranslator();
  const { known, state } = context.plugins;
  const problem = context.problemAt("config.tools");
  const strangers = value.filter((tool) => !TOOLS.includes(tool) && !known.has(partsOf(tool).plugin));
  // In the order in which the form was opened: nothing moves away while it is chosen.
  const [used] = useState(() => new Set(value.map((tool) => partsOf(tool).plugin)));
  const rank = ({ name, isInstalled }: KnownPlugin) => (used.has(name) ? 0 : isInstalled ? 1 : 2);
  const plugins = [...known.values()].sort((one, other) => rank(one) - rank(other) || one.title.localeCompare(other.title, t.locale));
  const set = (tool: string, isOn: boolean) => onChange(isOn ? [...value, tool] : value.filter((one) => one !== tool));
  return (
    <fieldset className="ToolsField" data-testid="choose-tools">
      <legend className="ToolsField-legend">{t("designer.field.tools")}</legend>
      <div className="ToolsField-group" role="group" aria-label={t("designer.tools.machines")}>
        <h3 className="ToolsField-title">{t("designer.tools.machines")}</h3>
        <p className="ToolsField-note">{t("designer.toolsNote")}</p>
        {TOOLS.map((tool) => (
          <div key={tool} className="ToolsField-tool">
            <Checkbox label={`${t(`tool.${tool}` as MessageKey)} (${tool})`} isSelected={value.includes(tool)} onChange={(isOn) => set(tool, isOn)} />
            <p className="ToolsField-note">{t(`designer.toolNote.${tool}` as MessageKey)}</p>
          </div>
        ))}
      </div>
      <div className="ToolsField-group" role="group" aria-label={t("designer.tools.plugins")}>
        <h3 className="ToolsField-title">{t("designer.tools.plugins")}</h3>
        <p className="ToolsField-note">{t("designer.tools.pluginsNote")}</p>
        {state === "loading" && <Skeleton label={t("app.loading")} lines={2} />}
        {state === "failed" && <Banner tone="attention">{t("designer.tools.unread")}</Banner>}
        {plugins.map((plugin) => (
          <PluginTools key={plugin.name} plugin={plugin} value={value} read={context.plugins.read} onChange={onChange} />
        ))}
      </div>
      {state === "ready" && strangers.length > 0 && (
        <div className="ToolsField-group" role="group" aria-label={t("designer.tools.unknown")}>
          <h3 className="ToolsField-title">{t("designer.tools.unknown")}</h3>
          {strangers.map((tool) => (
            <div key={tool} className="ToolsField-tool">
              <Checkbox label={tool} isSelected onChange={() => set(tool, false)} />
              <p className="ToolsField-note">{t("designer.unknownTool")}</p>
            </div>
          ))}
        </div>
      )}
      {problem && <p className="ToolsField-error">{problem}</p>}
    </fieldset>
  );
}

/** A plugin that can be opened to choose from its actions; for an MCP server these are its tools. */
function PluginTools({ plugin, value, read, onChange }: { plugin: KnownPlugin; value: readonly string[]; read: (name: string) => Promise<KnownPlugin | null>; onChange: (tools: string[]) => void }) {
  const t = useTranslator();
  const { name, title, isServer, isInstalled, stopped } = plugin;
  const chosen = value.filter((tool) => tool === name || tool.startsWith(`${name}.`));
  const hasAll = chosen.includes(name);
  const [isOpen, setOpen] = useState(chosen.length > 0);
  const actions = useQuery({
    queryKey: ["designer", "tools", name, plugin.actions?.length ?? null],
    queryFn: async () => plugin.actions ?? (await read(name))?.actions ?? [],
    enabled: isOpen,
    retry: false,
  });
  const offered = plugin.actions ?? actions.data ?? null;
  const others = value.filter((tool) => !chosen.includes(tool));
  const setAction = (action: string, isOn: boolean) => {
    // Without one of them it is no longer all of it, but each of the others.
    const before = hasAll ? (offered ?? []).map((one) => `${name}.${one.name}`) : chosen;
    onChange([...others, ...(isOn ? [...before, `${name}.${action}`] : before.filter((tool) => tool !== `${name}.${action}`))]);
  };
  const gone = chosen.filter((tool) => tool !== name && offered !== null && !offered.some((action) => tool === `${name}.${action.name}`));
  return (
    <div className="ToolsField-plugin" data-testid="tools-of-plugin" data-plugin={name}>
      <Button size="s" tone="quiet" onPress={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        <span className="ToolsField-head">
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
          <span className="ToolsField-name">{title || name}</span>
          {isServer && <Badge>MCP</Badge>}
          {chosen.length > 0 && <Badge tone="accent">{hasAll ? t("designer.tools.all") : t.format.number(chosen.length)}</Badge>}
        </span>
      </Button>
      {isOpen && (
        <div className="ToolsField-actions">
          {stopped && <p className="ToolsField-error">{t(`designer.plugin.${stopped.by}`)}</p>}
          {!isInstalled && <p className="ToolsField-note">{t("designer.plugin.comesWith", { name })}</p>}
          {actions.isFetching && offered === null && <Skeleton label={t("app.loading")} lines={2} />}
          {actions.error && <p className="ToolsField-error">{t.error(actions.error)}</p>}
          {offered && offered.length > 1 && <Checkbox label={t("designer.tools.useAll", { plugin: title || name })} isSelected={hasAll} onChange={(isOn) => onChange(isOn ? [...others, name] : others)} />}
          {offered?.map((action) => (
            <ActionTool key={action.name} tool={`${name}.${action.name}`} action={action} isChosen={hasAll || chosen.includes(`${name}.${action.name}`)} onChange={(isOn) => setAction(action.name, isOn)} />
          ))}
          {gone.map((tool) => (
            <div key={tool} className="ToolsField-tool">
              <Checkbox label={tool} isSelected onChange={() => onChange(value.filter((one) => one !== tool))} />
              <p className="ToolsField-note">{t("designer.unknownTool")}</p>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function ActionTool({ tool, action, isChosen, onChange }: { tool: string; action: PluginAction; isChosen: boolean; onChange: (isOn: boolean) => void }) {
  const t = useTranslator();
  const asks = action.effect === "read" ? null : t(`designer.toolAsks.${action.effect}`);
  return (
    <div className="ToolsField-tool">
      <Checkbox label={`${action.title || action.name} (${tool})`} isSelected={isChosen} onChange={onChange} />
      {(action.description || asks) && <p className="ToolsField-note">{[action.description, asks].filter(Boolean).join(" ")}</p>}
    </div>
  );
}
