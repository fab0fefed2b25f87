/** The live half of the console: the gateway socket, and the reducer that lays its events over REST. No React. */
export { browserEnvironment } from "./environment.ts";
export { GatewayClient, type ConnectionState } from "./gateway.ts";
export { readEvent, type OutputChunk } from "./events.ts";
export { mergeMessages, type LiveMessage, type LivePart, type LiveToolPart } from "./merge.ts";
export { ConversationStream, type Schedule } from "./stream.ts";
