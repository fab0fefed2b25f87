import type { ModelProvider } from "@openclaw/api";
import { expect, it } from "vitest";

import { checkProvider, formFor, formOfPreset, inputOf, presetFor, presetOf } from "./presets.ts";

const provider: ModelProvider = {
  id: "prov_1",
  kind: "openai",
  name: "Ollama",
  baseUrl: "http://127.0.0.1:11434/v1",
  model: "qwen3:8b",
  contextWindow: 32_768,
  inputPriceMicros: null,
  outputPriceMicros: null,
  isDefault: true,
  keyHint: null,
};

it("asks for what the provider needs", () => {
  const openai = formOfPreset(presetOf("openai"), true);
  expect(checkProvider(openai, false)).toEqual({ model: "validation.required", apiKey: "validation.required" });
  expect(checkProvider({ ...openai, model: "m" }, true)).toEqual({});
  const local = formOfPreset(presetOf("ollama"), true);
  expect(checkProvider({ ...local, model: "m" }, false)).toEqual({});
  expect(checkProvider({ ...local, model: "m", baseUrl: "ftp://x", contextWindow: "12.5" }, false)).toEqual({
    baseUrl: "models.invalidUrl",
    contextWindow: "models.invalidNumber",
  });
});

it("recognises a stored provider", () => {
  expect(presetFor(provider).id).toBe("ollama");
  expect(presetFor({ ...provider, baseUrl: "http://elsewhere/v1" }).id).toBe("custom");
  expect(presetFor({ ...provider, kind: "anthropic", baseUrl: null }).id).toBe("anthropic");
  expect(presetFor({ ...provider, kind: "google", baseUrl: "https://proxy" }).id).toBe("google");
});

it("sends no empty key, which would erase the stored one", () => {
  const input = inputOf(formFor(provider, false));
  expect(input).toEqual({
    kind: "openai",
    name: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "qwen3:8b",
    contextWindow: 32_768,
    isDefault: true,
  });
  expect(inputOf({ ...formFor(provider, false), apiKey: " key " }).apiKey).toBe("key");
});
