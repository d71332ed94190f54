import createClient from 'openapi-fetch';
import { ApiError, asApiError, isAbort } from './error';
import type { paths } from './schema';
import type { Problem } from './types';

const TIMEOUT_MS = 15_000;
const SAFE = new Set(['GET', 'HEAD']);

let csrfToken: string | null = null;
let signedOut: () => void = () => {};

/** The token that comes with the session; every unsafe call carries it. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Called when the server no longer knows the session. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** Sends a request with a deadline of its own beside the caller's signal. */
async function send(request: Request): Promise<Response> {
  const deadline = request.headers.get('X-Deadline');
  const headers = new Headers(request.headers);
  headers.delete('X-Deadline');
  if (csrfToken && !SAFE.has(request.method)) headers.set('X-CSRF-Token', csrfToken);
  const timeout = AbortSignal.timeout(deadline ? Number(deadline) : TIMEOUT_MS);
  return fetch(new Request(request, { headers, signal: AbortSignal.any([request.signal, timeout]) }));
}

const raw = createClient<paths>({
  baseUrl: `${globalThis.location?.origin ?? 'http://localhost'}/api/v1`,
  fetch: send,
  credentials: 'same-origin'
});

type Outcome<Data> = { data?: Data; error?: unknown; response: Response };

function problemOf(error: unknown, response: Response): ApiError {
  const problem = error && typeof error === 'object' && 'code' in error ? (error as Problem) : null;
  if (problem) return new ApiError({ ...problem, status: response.status });
  const requestId = response.headers.get('X-Request-Id') ?? undefined;
  return new ApiError({
    code: response.status >= 500 ? 'internal' : 'unexpected',
    status: response.status,
    requestId
  });
}

/**
 * Waits for a call and gives its body, or throws an ApiError. An aborted call throws the browser's AbortError, which
 * callers leave alone: nobody is waiting for its answer any more.
 */
export async function unwrap<Data>(call: Promise<Outcome<Data>>): Promise<Data> {
  let outcome: Outcome<Data>;
  try {
    outcome = await call;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw asApiError(thrown);
  }
  if (!outcome.response.ok) {
    const error = problemOf(outcome.error, outcome.response);
    if (error.status === 401) signedOut();
    throw error;
  }
  return outcome.data as Data;
}

export const api = raw;

/** A fresh key under which a call may be repeated without being carried out twice. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The ETag of a version, for If-Match. */
export const etag = (version: number): string => `"${version}"`;

/** The address of a download, for a link: the browser fetches it with the session's cookie. */
export function downloadUrl(path: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `/api/v1${path}${search ? `?${search}` : ''}`;
}
