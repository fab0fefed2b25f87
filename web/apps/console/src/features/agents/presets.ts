import type { ModelProvider, ModelProviderInput, ProviderKind } from "@openclaw/api";
import type { MessageKey } from "@openclaw/i18n";

export type PresetId = "openai" | "anthropic" | "google" | "ollama" | "lmstudio" | "custom";

/** Starting values for a kind of provider. Model names go stale, so they are only placeholders. */
export interface Preset {
  id: PresetId;
  kind: ProviderKind;
  name: string;
  baseUrl: string | null;
  needsKey: boolean;
  modelExample: string;
}

export const PRESETS: readonly Preset[] = [
  { id: "openai", kind: "openai", name: "OpenAI", baseUrl: null, needsKey: true, modelExample: "gpt-5" },
  { id: "anthropic", kind: "anthropic", name: "Anthropic", baseUrl: null, needsKey: true, modelExample: "claude-sonnet-4-5" },
  { id: "google", kind: "google", name: "Google", baseUrl: null, needsKey: true, modelExample: "gemini-2.5-pro" },
  { id: "ollama", kind: "openai", name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", needsKey: false, modelExample: "qwen3:8b" },
  { id: "lmstudio", kind: "openai", name: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1", needsKey: false, modelExample: "openai/gpt-oss-20b" },
  { id: "custom", kind: "openai", name: "", baseUrl: "", needsKey: false, modelExample: "" },
];

export function presetOf(id: PresetId): Preset {
  const preset = PRESETS.find((candidate) => candidate.id === id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset;
}

/** The preset that a stored provider most likely came from. */
export function presetFor(provider: ModelProvider): Preset {
  const exact = PRESETS.find(({ kind, baseUrl }) => kind === provider.kind && baseUrl === provider.baseUrl);
  return exact ?? presetOf(provider.kind === "openai" ? "custom" : provider.kind);
}

export interface ProviderForm {
  preset: PresetId;
  name: string;
  baseUrl: string;
  apiKey: string;
  model: string;
  contextWindow: string;
  isDefault: boolean;
}

export function formFor(provider: ModelProvider | null, isFirst: boolean): ProviderForm {
  if (!provider) return formOfPreset(presetOf("openai"), isFirst);
  return {
    preset: presetFor(provider).id,
    name: provider.name,
    baseUrl: provider.baseUrl ?? "",
    apiKey: "",
    model: provider.model,
    contextWindow: provider.contextWindow === null ? "" : String(provider.contextWindow),
    isDefault: provider.isDefault,
  };
}

export function formOfPreset(preset: Preset, isDefault: boolean): ProviderForm {
  return { preset: preset.id, name: preset.name, baseUrl: preset.baseUrl ?? "", apiKey: "", model: "", contextWindow: "", isDefault };
}

export type ProviderErrors = Partial<Record<keyof ProviderForm, MessageKey>>;

export function checkProvider(form: ProviderForm, hasStoredKey: boolean): ProviderErrors {
  const preset = presetOf(form.preset);
  const errors: ProviderErrors = {};
  if (form.name.trim() === "") errors.name = "validation.required";
  if (form.model.trim() === "") errors.model = "validation.required";
  if (preset.needsKey && !hasStoredKey && form.apiKey.trim() === "") errors.apiKey = "validation.required";
  if (preset.baseUrl !== null && !/^https?:\/\/\S+$/.test(form.baseUrl.trim())) errors.baseUrl = "models.invalidUrl";
  if (form.contextWindow.trim() !== "" && !(Number.isInteger(Number(form.contextWindow)) && Number(form.contextWindow) >= 1000)) {
    errors.contextWindow = "models.invalidNumber";
  }
  return errors;
}

/** The form as the API takes it. An empty key is left out: it keeps the stored one. */
export function inputOf(form: ProviderForm): ModelProviderInput {
  const preset = presetOf(form.preset);
  return {
    kind: preset.kind,
    name: form.name.trim(),
    baseUrl: preset.baseUrl === null && form.baseUrl.trim() === "" ? null : form.baseUrl.trim(),
    model: form.model.trim(),
    contextWindow: form.contextWindow.trim() === "" ? null : Number(form.contextWindow),
    isDefault: form.isDefault,
    ...(form.apiKey.trim() ? { apiKey: form.apiKey.trim() } : {}),
  };
}
