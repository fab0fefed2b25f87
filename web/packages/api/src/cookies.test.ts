import { expect, it } from "vitest";

import { readCookie } from "./cookies.ts";

it("reads a cookie by its whole name", () => {
  const jar = "openclaw_csrf_old=1; openclaw_csrf=a%3Db=c; other=2";
  expect(readCookie(jar, "openclaw_csrf")).toBe("a=b=c");
  expect(readCookie(jar, "csrf")).toBeNull();
  expect(readCookie("", "openclaw_csrf")).toBeNull();
});
