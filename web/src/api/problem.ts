/** A refusal by the API, with everything a person needs to act on it. */

export interface FieldError {
  path: string;
  message: string;
}

interface ProblemBody {
  title?: string;
  code?: string;
  detail?: string;
  request_id?: string;
  errors?: FieldError[];
}

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: ProblemBody, retryAfterSeconds: number | null = null) {
    const errors = (body.errors ?? []).map(({ path, message }) => ({ path, message: withoutPrefix(message) }));
    super(sentenceOf(errors) || body.detail || body.title || "The request failed.");
    this.status = status;
    this.code = body.code ?? "internal_error";
    this.title = body.title ?? "The request failed";
    this.requestId = body.request_id ?? null;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What is wrong with each field of a form, by the field's own name. */
  fieldErrors(): Record<string, string> {
    const named = this.errors.map(({ path, message }) => [path.split(/[./]/).pop() ?? path, message] as const);
    return Object.fromEntries(named);
  }
}

/** The server's validator says first what kind of exception it met, which tells a person nothing. */
function withoutPrefix(message: string): string {
  return message.replace(/^(value|assertion) error, /i, "");
}

/** Which fields are wrong and why. A parameter of the address has no name that a person would know. */
function sentenceOf(errors: FieldError[]): string {
  const sentences = errors.slice(0, 3).map(({ path, message }) => {
    const name = path.startsWith("query.") ? "" : (path.split(/[./]/).pop() ?? "").replaceAll("_", " ");
    const sentence = name ? `${name}: ${message}` : message;
    return sentence.charAt(0).toUpperCase() + sentence.slice(1);
  });
  return sentences.join("; ");
}

/** The server gave no answer at all. */
export function unreachable(): ApiProblem {
  return new ApiProblem(0, {
    code: "unreachable",
    title: "Outlay cannot be reached",
    detail: "Outlay gave no answer. Check your connection; what you already see stays here.",
  });
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    // A proxy in between answers without our shape; the status alone has to do.
    body = { title: `The server answered with status ${response.status}` };
  }
  const seconds = Number(response.headers.get("retry-after") ?? "");
  body.request_id ??= response.headers.get("x-request-id") ?? undefined;
  return new ApiProblem(response.status, body, Number.isFinite(seconds) && seconds > 0 ? seconds : null);
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem(0, { code: "page_failed", title: "This part of the page failed", detail });
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401 && error.code !== "sign_in_failed";
}
