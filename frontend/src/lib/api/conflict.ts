import type { ApiError } from './error';

const CODES: readonly string[] = [
  'conflict',
  'version_conflict',
  'version_changed',
  'recipient_changed',
  'group_changed',
  'country_changed',
  'precondition_failed'
];

/** True when somebody else changed the same thing since it was read: nothing was overwritten. */
export const isVersionConflict = (error: ApiError | null | undefined): boolean =>
  !!error && (error.status === 412 || (error.status === 409 && CODES.includes(error.code)));
