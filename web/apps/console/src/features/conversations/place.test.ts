import type { Conversation, Device } from "@openclaw/api";
import { expect, it } from "vitest";

import { ANYWHERE, hasPi, keyOf, placeOf, placeOfKey } from "./place.ts";

const device = (commands: string[]) => ({ id: "dev_1", commands }) as unknown as Device;

it("offers Pi on machines whose bridge has one", () => {
  expect(hasPi(device(["exec", "pi.run"]))).toBe(true);
  expect(hasPi(device(["exec"]))).toBe(false);
});

it("keeps where a conversation works in one word", () => {
  for (const place of [ANYWHERE, { deviceId: "dev_1", runtime: "server" }, { deviceId: "dev_1", runtime: "pi" }] as const) {
    const { deviceId, runtime } = placeOfKey(keyOf({ ...ANYWHERE, ...place }), "metadata");
    expect({ deviceId, runtime }).toEqual({ deviceId: place.deviceId, runtime: place.runtime });
  }
});

it("keeps everything of what the server's own agent does", () => {
  expect(placeOfKey("dev_1", "local_only").syncMode).toBe("full");
  expect(placeOfKey("pi:dev_1", "local_only").syncMode).toBe("local_only");
});

it("is what the conversation was made with", () => {
  const made = { deviceId: "dev_1", runtime: "pi", syncMode: "metadata" } as Conversation;
  expect(placeOf(made)).toEqual({ deviceId: "dev_1", runtime: "pi", syncMode: "metadata" });
});
