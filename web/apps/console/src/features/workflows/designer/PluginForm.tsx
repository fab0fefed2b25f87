import { useTranslator, type Translator } from "@openclaw/i18n";
import { Banner, Select, type SelectOption } from "@openclaw/ui";

import type { Step } from "../canvas/definition.ts";
import type { FieldContext } from "./form/context.ts";
import { StepFields } from "./form/StepFields.tsx";
import { Entries } from "./form/ValueField.tsx";
import { propertiesOf, type JsonSchema } from "../../../shared/form/schema.ts";
import { isRecord, without } from "../../../shared/json.ts";
import { actionOf, DEFAULT_ACTION, useOffered, type KnownPlugin } from "./usePlugins.ts";

import "./PluginForm.css";

export interface PluginFormProps {
  step: Step;
  context: FieldContext;
  onChange: (config: Record<string, unknown>, field: string) => void;
}

type Config = Record<string, unknown>;

/** Which plugin, which of its actions, and what that takes: a form made from the plugin's manifest. */
export function PluginForm({ step, context, onChange }: PluginFormProps) {
  const t = useTranslator();
  const { known, read } = context.plugins;
  const name = typeof step.config["plugin"] === "string" ? step.config["plugin"] : "";
  const plugin = known.get(name) ?? null;
  const action = actionOf(plugin, step);
  const wanted = String(step.config["action"] ?? DEFAULT_ACTION);
  const inputs = isRecord(step.config["inputs"]) ? step.config["inputs"] : {};
  const choose = async (next: string) => {
    const chosen = await read(next).catch(() => null);
    onChange(configFor(step.config, next, chosen), "plugin");
  };
  const actions: SelectOption<string>[] = (plugin?.actions ?? []).map((one) => ({ value: one.name, label: one.title || one.name, detail: one.description }));
  const isOdd = plugin?.actions !== null && !actions.some(({ value }) => value === wanted);
  return (
    <>
      <Select
        label={t("designer.field.plugin")}
        value={name}
        options={pluginOptions(t, known, name)}
        onChange={(next) => void choose(next)}
        data-testid="choose-plugin"
        {...(plugin ? { description: plugin.description } : {})}
      />
      {name !== "" && !plugin && <Missing name={name} />}
      {plugin && <Standing plugin={plugin} />}
      {plugin && (actions.length > 1 || isOdd) && (
        <Select
          label={t("designer.field.action")}
          value={wanted}
          options={isOdd ? [{ value: wanted, label: wanted }, ...actions] : actions}
          onChange={(next) => onChange(withAction(step.config, next, plugin), "action")}
          data-testid="choose-action"
          {...(action?.description && action.description !== plugin.description ? { description: action.description } : {})}
        />
      )}
      {plugin?.actions && isOdd && <p className="PluginForm-error">{t("designer.plugin.noAction", { plugin: plugin.title, action: wanted })}</p>}
      {action ? (
        <Inputs schema={action.input} value={inputs} context={context} onChange={(next) => onChange({ ...step.config, inputs: next }, "inputs")} />
      ) : (
        Object.keys(inputs).length > 0 && (
          <fieldset className="PluginForm-group">
            <legend className="PluginForm-legend">{t("designer.field.inputs")}</legend>
            <Entries label={t("designer.field.inputs")} value={inputs} context={context} field="config.inputs" onChange={(next) => onChange({ ...step.config, inputs: next }, "inputs")} />
          </fieldset>
        )
      )}
    </>
  );
}

/** What an action takes; besides, what it does not know but is given, or may be given. */
function Inputs({ schema, value, context, onChange }: { schema: JsonSchema; value: Config; context: FieldContext; onChange: (value: Config) => void }) {
  const t = useTranslator();
  const names = new Set(propertiesOf(schema).map(([name]) => name));
  const others = Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));
  const takesOthers = schema["additionalProperties"] === true || isRecord(schema["additionalProperties"]);
  return (
    <>
      <StepFields schema={schema} areValues value={value} context={{ ...context, root: schema }} path="config.inputs" onChange={onChange} />
      {(takesOthers || Object.keys(others).length > 0) && (
        <fieldset className="PluginForm-group">
          <legend className="PluginForm-legend">{t(takesOthers ? "designer.plugin.others" : "designer.plugin.unknown")}</legend>
          <Entries label={t("designer.plugin.others")} value={others} context={context} field="config.inputs" onChange={(next) => onChange({ ...Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name))), ...next })} />
        </fieldset>
      )}
    </>
  );
}

/** Why a plugin does not run, or what it runs without. */
function Standing({ plugin }: { plugin: KnownPlugin }) {
  const t = useTranslator();
  if (plugin.stopped) {
    return (
      <Banner tone="attention" title={t(`designer.plugin.${plugin.stopped.by}`)} data-testid="plugin-stopped">
        {plugin.stopped.by === "blocked" ? plugin.stopped.reason : <Look name={plugin.name} />}
      </Banner>
    );
  }
  if (plugin.missing.length === 0) return null;
  return (
    <Banner title={t(plugin.isInstalled ? "designer.plugin.notGranted" : "designer.plugin.uninstalled")} data-testid="plugin-without">
      <ul className="PluginForm-permissions">
        {plugin.missing.map(({ name, words }) => (
          <li key={name}>{words}</li>
        ))}
      </ul>
      <Look name={plugin.name} />
    </Banner>
  );
}

/** A plugin that the workspace has not: what the marketplace knows of it. */
function Missing({ name }: { name: string }) {
  const t = useTranslator();
  const offered = useOffered(name);
  const [newest] = offered.data?.items ?? [];
  return (
    <Banner tone="attention" title={t("designer.plugin.missing", { name })} data-testid="plugin-missing">
      {newest && (
        <p>
          {t("designer.plugin.offered", { title: newest.title, version: newest.version, author: newest.author })} {newest.description}
        </p>
      )}
      {newest ? <Look name={name} /> : offered.isSuccess && <p>{t("designer.plugin.nowhere")}</p>}
    </Banner>
  );
}

/** Beside the work, which stays as it is. */
function Look({ name }: { name: string }) {
  const t = useTranslator();
  return (
    <a href={`/plugins/${encodeURIComponent(name)}`} target="_blank" rel="noreferrer">
      {t("designer.plugin.look")}
    </a>
  );
}

function pluginOptions(t: Translator, known: ReadonlyMap<string, KnownPlugin>, chosen: string): SelectOption<string>[] {
  const options = [...known.values()]
    .sort((one, other) => Number(other.isInstalled) - Number(one.isInstalled) || one.title.localeCompare(other.title, t.locale))
    .map(({ name, title, isInstalled }) => ({ value: name, label: title || name, detail: isInstalled ? name : t("designer.plugin.comesWith", { name }) }));
  if (chosen !== "" && known.has(chosen)) return options;
  return [{ value: chosen, label: chosen === "" ? t("designer.plugin.choose") : chosen }, ...options];
}

/** A step's config for another plugin: its first action, and of what was given that which the action takes too. */
export function configFor(config: Config, name: string, plugin: KnownPlugin | null): Config {
  const first = plugin?.actions?.find((action) => action.name === DEFAULT_ACTION) ?? plugin?.actions?.[0];
  const rest = { ...without(config, "action"), plugin: name };
  return first && plugin ? withAction(rest, first.name, plugin) : rest;
}

function withAction(config: Config, name: string, plugin: KnownPlugin): Config {
  const schema = plugin.actions?.find((action) => action.name === name)?.input ?? {};
  const names = new Set(propertiesOf(schema).map(([property]) => property));
  const given = isRecord(config["inputs"]) ? config["inputs"] : {};
  const inputs = schema["additionalProperties"] === false ? Object.fromEntries(Object.entries(given).filter(([input]) => names.has(input))) : given;
  return { ...without(config, "action"), ...(name === DEFAULT_ACTION ? {} : { action: name }), inputs };
}
