/** The live half of the console: the gateway socket, and the reducer that lays its events over REST. No React. */
export { browserEnvironment, type Environment, type Socket, type TimerHandle } from "./environment.ts";
export { GatewayClient, type ConnectionState, type GatewayOptions } from "./gateway.ts";
export { GatewayClosedError, GatewayError, GatewayTimeoutError } from "./frames.ts";
export { readEvent, type OutputChunk, type RunEvent, type RunOutcome } from "./events.ts";
export { EMPTY_OVERLAY, reduceOverlay, settleOverlay, type Overlay } from "./overlay.ts";
export { mergeMessages, type LiveMessage, type LivePart, type LiveToolPart } from "./merge.ts";
export { ConversationStream, type Schedule } from "./stream.ts";
