import { expect, test } from "vitest";

import { settingsOf } from "./forms.ts";

test("what is needed has to be there, unless the server keeps it already", () => {
  expect(settingsOf("telegram", {}, []).isComplete).toBe(false);
  expect(settingsOf("telegram", { botToken: "  " }, ["botToken"])).toEqual({ settings: {}, isComplete: true });
  expect(settingsOf("feishu_push", { hookToken: " a " }, [])).toEqual({ settings: { hookToken: "a" }, isComplete: true });
});
