import type { JsonObject, Problem } from "./types.ts";

/** A refusal that the server explained: RFC 9457, with a stable `code`. `message` is in the user's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly data: JsonObject;
  readonly requestId: string | null;
  /** Seconds the server asks us to wait, when it says so. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail || problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.data = problem.data ?? {};
    this.requestId = problem.requestId ?? null;
    this.retryAfter = retryAfter;
  }
}

/** No answer came back at all: the machine is offline, the server is down or the request was blocked. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly code = "network.unreachable";
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** Reads a failed response. A proxy may answer with HTML, so anything unreadable becomes a plain problem. */
export async function problemFrom(response: Response): Promise<ApiError> {
  const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const fallback: Problem = {
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    code: `http.${response.status}`,
  };
  let problem = fallback;
  if ((response.headers.get("content-type") ?? "").includes("json")) {
    const body: unknown = await response.json().catch(() => null);
    if (isProblem(body)) problem = { ...fallback, ...body, status: response.status };
  }
  return new ApiError(problem, Number.isNaN(retryAfter) ? null : retryAfter);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && typeof (body as Problem).code === "string";
}
