export { api, unwrap, setCsrfToken, onSignedOut, idempotencyKey, etag, downloadUrl } from './client';
export { ApiError, asApiError, isAbort, type FieldProblem } from './error';
export { errorText, fieldText } from './error-text';
export type * from './types';
