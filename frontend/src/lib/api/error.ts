import type { Problem } from './types';

export type FieldProblem = {
  readonly path: string;
  readonly code: string;
  readonly params: Record<string, string>;
};

/** What went wrong with a call: the server's problem, or `network`, `timeout` where no answer came. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly params: Record<string, string>;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string | null;

  constructor(problem: Partial<Problem> & { code: string }) {
    super(problem.code);
    this.name = 'ApiError';
    this.code = problem.code;
    this.status = problem.status ?? 0;
    this.params = problem.params ?? {};
    this.fields = (problem.fields ?? []).map((field) => ({ ...field, params: field.params ?? {} }));
    this.requestId = problem.requestId ?? null;
  }

  /** The problem of one field, by its path in the request. */
  field(path: string): FieldProblem | undefined {
    return this.fields.find((field) => field.path === path);
  }

  /** True when no answer came, so that nobody knows whether the call was carried out. */
  get unanswered(): boolean {
    return this.code === 'network' || this.code === 'timeout';
  }
}

/** Any thrown value as an ApiError, so that pages have one kind of failure to show. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError')
    return new ApiError({ code: 'timeout' });
  if (thrown instanceof TypeError) return new ApiError({ code: 'network' });
  return new ApiError({ code: 'internal' });
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
