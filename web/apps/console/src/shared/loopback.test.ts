import { expect, it } from "vitest";

import { isLoopbackHost } from "./loopback.ts";

it("knows a page of this machine by its host", () => {
  expect(["localhost", "127.0.0.1", "127.8.0.1", "[::1]", "app.localhost"].every(isLoopbackHost)).toBe(true);
  expect(["example.org", "192.168.1.2", "localhost.example.org"].some(isLoopbackHost)).toBe(false);
});
