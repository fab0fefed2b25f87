// @vitest-environment jsdom
import type { Api, PluginAction } from "@openclaw/api";
import { loadWords, TranslatorProvider, type Language } from "@openclaw/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import type { Step } from "../canvas/definition.ts";
import type { FieldContext } from "./form/context.ts";
import { PluginForm } from "./PluginForm.tsx";
import type { KnownPlugin } from "./usePlugins.ts";

// jsdom has none, and the lists of react-aria ask for it.
globalThis.CSS ??= { escape: (text: string) => text.replace(/["\\]/g, "\\$&") } as typeof CSS;
beforeAll(loadWords);
afterEach(cleanup);

const action = (name: string, properties: object, more: object = {}): PluginAction => ({ name, title: `Do ${name}`, description: "", effect: "read", input: { type: "object", properties, additionalProperties: false, ...more }, output: {} });
const database: KnownPlugin = {
  name: "database",
  title: "Query rows",
  description: "Runs SQL.",
  isInstalled: true,
  isServer: false,
  stopped: null,
  missing: [],
  actions: [
    action("execute", { sql: { type: "string", title: "SQL text", "x-title-zh": "查询语句", description: "What to ask." }, mode: { enum: ["fast", "exact"], title: "Mode", default: "exact" } }, { required: ["sql"] }),
    action("query", { sql: { type: "string", title: "SQL text" }, connection: { type: "string", title: "Connection" } }),
  ],
};
const chart: KnownPlugin = { ...database, name: "chart", title: "Draw a chart", isInstalled: false, missing: [{ name: "network", items: [], words: "Reach example.org" }], actions: [action("draw", { rows: { type: "array", title: "Rows" } })] };

/** The form over a config that it changes; what it comes to is told by `config`. */
function shown(config: Step["config"], { language = "en" as Language, offered = [] as object[] } = {}) {
  let current = config;
  const plugins = new Map([database, chart].map((plugin) => [plugin.name, plugin]));
  const context: FieldContext = {
    root: {},
    scope: null,
    takesSecrets: true,
    plugins: { state: "ready", known: plugins, read: (name) => Promise.resolve(plugins.get(name) ?? null) },
    secrets: [],
    useSecret: (_name, value, onChange) => onChange(value),
    problemAt: (field) => (field === "config.inputs.sql" ? "is needed by the plugin" : null),
    labelOf: () => null,
  };
  const services = { api: { pluginPackages: { list: () => Promise.resolve({ items: offered }) } } as unknown as Api } as Services;
  function Form() {
    const [held, setHeld] = useState(config);
    current = held;
    return <PluginForm step={{ id: "a", type: "plugin", config: held }} context={context} onChange={(next) => setHeld(next as Step["config"])} />;
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TranslatorProvider language={language}>
        <ServicesProvider services={services}>
          <Form />
        </ServicesProvider>
      </TranslatorProvider>
    </QueryClientProvider>,
  );
  return { config: () => current };
}

const choose = async (button: RegExp, option: RegExp) => {
  await userEvent.click(screen.getByRole("button", { name: button }));
  await userEvent.click(await screen.findByRole("option", { name: option }));
};

it("asks for what the action takes: its words, what is needed, what else is given, what is wrong", async () => {
  const { config } = shown({ plugin: "database", inputs: {} });
  expect(screen.getAllByText("needed")).toHaveLength(1);
  expect(screen.getByText("is needed by the plugin")).toBeTruthy();
  await userEvent.type(screen.getByRole("textbox", { name: "SQL text" }), "42");
  expect(config()).toEqual({ plugin: "database", inputs: { sql: "42" } });
  await choose(/exact \(default\)/, /^fast/);
  expect(config()["inputs"]).toEqual({ sql: "42", mode: "fast" });
});

it("has the schema's Chinese words where those are read", () => {
  shown({ plugin: "database", inputs: {} }, { language: "zh" });
  expect(screen.getByRole("textbox", { name: "查询语句" })).toBeTruthy();
  expect(screen.getByText("必填")).toBeTruthy();
});

it("goes to another action and another plugin with what they take too", async () => {
  const { config } = shown({ plugin: "database", inputs: { sql: "x", mode: "fast" } });
  await choose(/Do execute/, /Do query/);
  expect(config()).toEqual({ plugin: "database", action: "query", inputs: { sql: "x" } });
  await choose(/Query rows/, /Draw a chart/);
  expect(config()).toEqual({ plugin: "chart", action: "draw", inputs: {} });
  expect(screen.getByTestId("plugin-without").textContent).toContain("Reach example.org");
});

it("keeps in sight what an action does not know, so that it can be taken out", async () => {
  const { config } = shown({ plugin: "database", inputs: { sql: "x", old: 1 } });
  await userEvent.click(screen.getByRole("button", { name: "Remove old" }));
  expect(config()["inputs"]).toEqual({ sql: "x" });
});

it("says of a plugin that is not there where to see it", async () => {
  shown({ plugin: "maps", inputs: { a: 1 } }, { offered: [{ title: "Maps", version: "2.0.0", author: "Ann", description: "Draws maps." }] });
  expect(screen.getByTestId("plugin-missing").textContent).toContain("The plugin maps is not installed");
  expect((await screen.findByRole("link")).getAttribute("href")).toBe("/plugins/maps");
  expect(screen.getByTestId("plugin-missing").textContent).toContain("Maps, version 2.0.0 by Ann");
});

it("says of a plugin that nobody has that there is none", async () => {
  shown({ plugin: "maps", inputs: {} });
  expect(await screen.findByText(/The marketplace has none/)).toBeTruthy();
});
