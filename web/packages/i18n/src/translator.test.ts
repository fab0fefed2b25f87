import { describe, expect, it } from "vitest";

import { createTranslator } from "./translator.ts";

const en = createTranslator("en");
const zh = createTranslator("zh");

class Refusal extends Error {
  code: string;
  data: Record<string, unknown>;
  constructor(code: string, message: string, data = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

describe("words", () => {
  it("fill their places", () => {
    expect(en("approval.allowAlways", { program: "git", folder: "~/code" })).toBe("Always allow git in ~/code");
    expect(zh("approval.allowAlways", { program: "git", folder: "~/code" })).toBe("在 ~/code 中始终允许 git");
  });

  it("follow the number", () => {
    expect(en.count("tool.lines", 1)).toBe("1 line");
    expect(en.count("tool.lines", 1_200)).toBe("1,200 lines");
    expect(zh.count("tool.lines", 1)).toBe("1 行");
  });
});

describe("errors", () => {
  it("have our words when the code is known, the server's otherwise", () => {
    expect(en.error(new Refusal("identity.locked", "x", { retryAfterSeconds: 61 }))).toContain("in 2 min");
    expect(zh.error(new Refusal("identity.invalid_credentials", "x"))).toBe("用户名、邮箱或密码不正确。");
    expect(en.error(new Refusal("devices.new_code", "The server's words"))).toBe("The server's words");
  });

  it("that nobody gave a code still get a sentence", () => {
    expect(en.error(new TypeError("x is undefined"))).toBe("Something went wrong. Try again.");
    expect(en.error(null)).toBe("Something went wrong. Try again.");
  });
});

describe("formats", () => {
  it("write sizes, durations and what is left of a time", () => {
    expect(en.format.bytes(0)).toBe("0 B");
    expect(en.format.bytes(1_536)).toBe("1.5 KiB");
    expect(en.format.duration(840)).toBe("840 ms");
    expect(en.format.duration(4_870)).toBe("4.9 s");
    expect(en.format.countdown(599_001)).toBe("10:00");
    expect(en.format.countdown(5_000)).toBe("0:05");
    expect(en.format.countdown(3_661_000)).toBe("1:01:01");
    expect(en.format.countdown(-5)).toBe("0:00");
  });

  it("write times relative to now", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    expect(en.format.relative("2026-11-21T11:59:40Z", now)).toBe("now");
    expect(en.format.relative("2026-11-21T11:15:00Z", now)).toBe("45 minutes ago");
    expect(zh.format.relative("2026-11-20T12:00:00Z", now)).toBe("昨天");
    expect(en.format.relative("2026-11-24T12:00:00Z", now)).toBe("in 3 days");
  });
});
