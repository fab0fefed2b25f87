/** The live half of the console: the gateway socket, the reducer that lays its events over REST, and the bridge on this machine. No React. */
export { browserEnvironment } from "./environment.ts";
export { GatewayClient, type ConnectionState } from "./gateway.ts";
export { readEvent, type OutputChunk } from "./events.ts";
export { mergeMessages, type LiveMessage, type LivePart, type LiveToolPart } from "./merge.ts";
export { ConversationStream, type Schedule } from "./stream.ts";
export { LocalBridge, type LocalEnvironment, type OwnDevice } from "./local/bridge.ts";
export { browserSurroundings } from "./local/browser.ts";
export type { LocalMessage, LocalSession } from "./local/session.ts";
export type { DegradedReason, LinkAttempt, LocalState, LocalView } from "./local/state.ts";
