import type { Channel, ChannelKind } from "@openclaw/api";
import type { MessageKey } from "@openclaw/i18n";
import type { Tone } from "@openclaw/ui";

export interface Field {
  name: string;
  label: MessageKey;
  isSecret?: boolean;
  isOptional?: boolean;
}

/** What each kind wants to know, as the server has it. */
export const FIELDS: Record<ChannelKind, readonly Field[]> = {
  telegram: [{ name: "botToken", label: "channels.botToken", isSecret: true }],
  feishu: [
    { name: "appId", label: "channels.appId" },
    { name: "appSecret", label: "channels.appSecret", isSecret: true },
    { name: "encryptKey", label: "channels.encryptKey", isSecret: true },
    { name: "verificationToken", label: "channels.verificationToken", isSecret: true },
  ],
  feishu_push: [
    { name: "hookToken", label: "channels.hookToken", isSecret: true },
    { name: "signingSecret", label: "channels.signingSecret", isSecret: true, isOptional: true },
  ],
  qq: [
    { name: "appId", label: "channels.appId" },
    { name: "appSecret", label: "channels.appSecret", isSecret: true },
  ],
  webhook: [{ name: "url", label: "channels.url" }],
  mail: [
    { name: "address", label: "channels.address" },
    { name: "replyTo", label: "channels.replyTo" },
  ],
};

export const KINDS = Object.keys(FIELDS) as ChannelKind[];

/** The settings to send, and whether nothing that is needed is missing; a secret that is left out stays as it is. */
export function settingsOf(kind: ChannelKind, values: Record<string, string>, known: readonly string[]): { settings: Record<string, string>; isComplete: boolean } {
  const settings: Record<string, string> = {};
  let isComplete = true;
  for (const { name, isOptional } of FIELDS[kind]) {
    const value = (values[name] ?? "").trim();
    if (value) settings[name] = value;
    else if (!isOptional && !known.includes(name)) isComplete = false;
  }
  return { settings, isComplete };
}

/** The state in a word, and how it looks. */
export function stateOf(channel: Channel): { word: MessageKey; tone: Tone; dot: "live" | "off" | "busy" | "attention" | "danger" } {
  if (channel.paused) return { word: "channels.paused", tone: "neutral", dot: "off" };
  switch (channel.state) {
    case "connected":
      return channel.error ? { word: "channels.state.connected", tone: "attention", dot: "attention" } : { word: "channels.state.connected", tone: "accent", dot: "live" };
    case "checking":
      return { word: "channels.state.checking", tone: "neutral", dot: "busy" };
    case "failed":
      return { word: "channels.state.failed", tone: "danger", dot: "danger" };
    default:
      return { word: `channels.state.${channel.state}`, tone: "attention", dot: "attention" };
  }
}
