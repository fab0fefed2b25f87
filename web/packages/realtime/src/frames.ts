/** The gateway's frames, as far as the console speaks them: req, res and event, one JSON object a text frame. */

export interface RequestFrame {
  type: "req";
  id: string;
  method: string;
  params?: unknown;
}

export interface WireError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
  retryable?: boolean;
  retryAfterMs?: number;
}

export interface ResponseFrame {
  type: "res";
  id: string;
  ok: boolean;
  payload?: unknown;
  error?: WireError;
}

export interface EventFrame {
  type: "event";
  event: string;
  payload?: unknown;
  /** Counts events of one connection; some live tool events carry none. */
  seq?: number;
  /** How far the user's events have been read with this one; what comes with none cannot be read again. */
  cursor?: string;
}

export type ServerFrame = ResponseFrame | EventFrame;

/** A frame from the server, or null for anything that is not one: a later server may send kinds we do not know. */
export function parseFrame(text: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  if (value["type"] === "res" && typeof value["id"] === "string") return value as unknown as ResponseFrame;
  if (value["type"] === "event" && typeof value["event"] === "string") return value as unknown as EventFrame;
  return null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A request that the gateway refused. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.retryable = error.retryable ?? false;
    this.details = error.details ?? {};
  }
}

export class GatewayTimeoutError extends Error {
  override readonly name = "GatewayTimeoutError";
}

export class GatewayClosedError extends Error {
  override readonly name = "GatewayClosedError";
}
