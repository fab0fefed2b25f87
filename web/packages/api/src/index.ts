/** The REST client: typed resources, problems as errors, session renewal; and the loopback bridge. No React. */
export * from "./types.ts";
export { ApiError, isApiError, UnreachableError } from "./errors.ts";
export { browserRenewal } from "./renewal.ts";
export { readCookie } from "./cookies.ts";
export { createApi, type Api } from "./resources.ts";
export {
  loopbackPermission,
  probeBridge,
  redeemAtBridge,
  type BridgeEnvironment,
  type BridgeHealth,
  type LoopbackPermission,
  type Probe,
  type RedeemOutcome,
} from "./bridge.ts";
