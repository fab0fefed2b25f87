// @vitest-environment jsdom
import type { Api, SaveTaskInput, Task } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { LaunchPage } from "./LaunchPage.tsx";

afterEach(cleanup);

/** The form of a new task, over a server that refuses the first two launches. */
function open() {
  const asked: string[] = [];
  const task = (text: string, version: number) => ({ id: "task_1", text, version, budget: null, budgetId: null }) as Task;
  const tasks = {
    create: (body: SaveTaskInput) => {
      asked.push(`create ${body.text}`);
      return Promise.resolve(task(String(body.text), 1));
    },
    save: (id: string, body: SaveTaskInput, version: number) => {
      asked.push(`save ${id} ${version} ${body.text}`);
      return Promise.resolve(task(String(body.text), version + 1));
    },
    launch: (id: string, key: string) => {
      asked.push(`launch ${id}`);
      keys.push(key);
      return keys.length <= 2 ? Promise.reject(new Error("too many")) : Promise.resolve({ id: "trun_1" });
    },
  };
  const keys: string[] = [];
  const none = { list: () => Promise.resolve({ items: [] }) };
  const services = { api: { tasks, devices: none, hosts: none } as unknown as Api } as Services;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <LaunchPage taskId={null} /> }), history: createMemoryHistory() });
  render(
    <ServicesProvider services={services}>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </ServicesProvider>,
  );
  return { asked, keys };
}

it("changes what it has saved when the launch did not work, and makes no second task", async () => {
  const { asked, keys } = open();
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText(/What is to be done/), "Tidy");
  await user.click(screen.getByTestId("launch-task"));
  await screen.findByRole("alert");
  await user.click(screen.getByTestId("launch-task"));
  await waitFor(() => expect(asked).toEqual(["create Tidy", "launch task_1", "launch task_1"]));
  expect(new Set(keys).size, "the same try").toBe(1);
  await user.type(screen.getByLabelText(/What is to be done/), " up");
  await user.click(screen.getByTestId("launch-task"));
  await waitFor(() => expect(asked.slice(3)).toEqual(["save task_1 1 Tidy up", "launch task_1"]));
  expect(new Set(keys).size, "what is changed is another try").toBe(2);
});
