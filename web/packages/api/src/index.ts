/** The REST client: typed resources, problems as errors, session renewal; and requests to the bridge on 127.0.0.1. No React. */
export * from "./types.ts";
export { ApiError, isApiError, UnreachableError } from "./errors.ts";
export { browserRenewal } from "./renewal.ts";
export { readCookie } from "./cookies.ts";
export { createApi, type Api } from "./resources.ts";
export { askLoopback, type AskLoopback, type LoopbackAbsence, type LoopbackAnswer, type LoopbackRequest } from "./loopback.ts";
export { canSign } from "./webhooks.ts";
