// @vitest-environment jsdom
import type { Api, SaveTaskInput } from "@openclaw/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";

import { ServicesProvider, type Services } from "../../../shared/services.tsx";
import { useLaunch } from "../queries.ts";

afterEach(cleanup);

/** Launches over an API that notes what it is asked, and whose launches fail as often as said. */
function launcher(failures: number) {
  const asked: string[] = [];
  const keys: string[] = [];
  const tasks = {
    create: (body: SaveTaskInput, key: string) => {
      asked.push(`create ${String(body.intake?.["name"])}`);
      keys.push(key);
      return Promise.resolve({ id: "task_1", version: 1 });
    },
    save: (id: string, body: SaveTaskInput, version: number) => {
      asked.push(`change ${id} ${version} ${String(body.intake?.["name"])}`);
      return Promise.resolve({ id, version: version + 1 });
    },
    launch: (id: string, key: string) => {
      asked.push(`launch ${id}`);
      keys.push(key);
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error("offline")) : Promise.resolve({ id: "trun_1" });
    },
  };
  const services = { api: { tasks } as unknown as Api } as Services;
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ServicesProvider services={services}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </ServicesProvider>
  );
  const { result } = renderHook(() => useLaunch(), { wrapper });
  const launch = (name: string) => act(() => result.current.launch.mutateAsync({ systemId: "sys_1", intake: { name } }).catch(() => null));
  return { asked, keys, launch };
}

it("makes one task and one run of the same form, however often it is sent", async () => {
  const { asked, keys, launch } = launcher(1);
  await launch("Tea");
  await launch("Tea");
  expect(asked).toEqual(["create Tea", "launch task_1", "launch task_1"]);
  expect(new Set(keys).size).toBe(1);
});

it("changes the task that could not be launched, and launches that", async () => {
  const { asked, keys, launch } = launcher(1);
  await launch("Tea");
  await launch("Coffee");
  expect(asked).toEqual(["create Tea", "launch task_1", "change task_1 1 Coffee", "launch task_1"]);
  expect(keys[2]).not.toBe(keys[1]);
});

it("begins anew once it is launched", async () => {
  const { asked, keys, launch } = launcher(0);
  await launch("Tea");
  await launch("Tea");
  expect(asked).toEqual(["create Tea", "launch task_1", "create Tea", "launch task_1"]);
  expect(new Set(keys).size).toBe(2);
});
