// @vitest-environment jsdom
import type { PluginAction } from "@openclaw/api";
import { loadWords, TranslatorProvider } from "@openclaw/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";

import type { FieldContext } from "./form/context.ts";
import { ToolsField } from "./ToolsField.tsx";
import type { KnownPlugin } from "./usePlugins.ts";

beforeAll(loadWords);
afterEach(cleanup);

const action = (name: string, effect: PluginAction["effect"]): PluginAction => ({ name, title: `Do ${name}`, description: "", effect, input: {}, output: {} });
const tracker: KnownPlugin = { name: "tracker", title: "Tracker", description: "", isInstalled: true, isServer: true, stopped: null, missing: [], actions: [action("search", "read"), action("close", "delete")] };
const feeds: KnownPlugin = { ...tracker, name: "rss", title: "Feeds", isInstalled: false, isServer: false, actions: null };

/** The field over the tools of a step; what they come to is told by `tools`. */
function shown(start: readonly string[], state: "ready" | "failed" = "ready") {
  let current = start;
  const known = new Map([tracker, feeds].map((plugin) => [plugin.name, plugin]));
  const read = (name: string) => Promise.resolve(name === "rss" ? { ...feeds, actions: [action("execute", "read")] } : null);
  const context: FieldContext = { root: {}, scope: null, takesSecrets: false, plugins: { state, known: state === "ready" ? known : new Map(), read }, secrets: [], useSecret: () => undefined, problemAt: () => null, labelOf: () => null };
  function Form() {
    const [held, setHeld] = useState(start);
    current = held;
    return <ToolsField value={held} context={context} onChange={setHeld} />;
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TranslatorProvider language="en">
        <Form />
      </TranslatorProvider>
    </QueryClientProvider>,
  );
  return { tools: () => current };
}

const box = (name: RegExp) => screen.getByRole("checkbox", { name });

it("lets machines' tools and plugins' actions be chosen, and says what is asked about", async () => {
  const { tools } = shown(["fs.read"]);
  await userEvent.click(box(/exec/));
  await userEvent.click(screen.getByRole("button", { name: /Tracker/ }));
  await userEvent.click(box(/tracker\.close/));
  expect(screen.getByText("Deletes something: you are asked.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: /Feeds/ }));
  await userEvent.click(await screen.findByRole("checkbox", { name: /rss\.execute/ }));
  await userEvent.click(box(/fs\.read/));
  expect(tools()).toEqual(["exec", "tracker.close", "rss.execute"]);
});

it("names a whole plugin, and each of the others once one is taken out", async () => {
  const { tools } = shown(["tracker"]);
  expect(within(screen.getByRole("button", { name: /Tracker/ })).getByText("All")).toBeTruthy();
  await userEvent.click(box(/tracker\.close/));
  expect(tools()).toEqual(["tracker.search"]);
  await userEvent.click(box(/All of Tracker/));
  expect(tools()).toEqual(["tracker"]);
});

it("keeps in sight what is not there any more, so that it can be taken out", async () => {
  const { tools } = shown(["tracker.gone", "maps.draw"]);
  await userEvent.click(box(/tracker\.gone/));
  await userEvent.click(box(/maps\.draw/));
  expect(tools()).toEqual([]);
});

it("calls nothing gone when the plugins could not be read", () => {
  const { tools } = shown(["maps.draw"], "failed");
  expect(screen.queryByRole("checkbox", { name: /maps/ })).toBeNull();
  expect(screen.getByText(/could not be read/)).toBeTruthy();
  expect(tools()).toEqual(["maps.draw"]);
});
