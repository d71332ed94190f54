import { describe, expect, it } from 'vitest';
import { isVersionConflict } from './conflict';
import { ApiError } from './error';

describe('a version conflict', () => {
  it.each([
    [412, 'recipient_changed', true],
    [412, 'anything', true],
    [409, 'version_changed', true],
    [409, 'codes_changed', false],
    [409, 'duplicate_group', false],
    [404, 'not_found', false]
  ])('%i %s: %s', (status, code, conflict) => {
    expect(isVersionConflict(new ApiError({ status, code }))).toBe(conflict);
  });

  it('is none without an error', () => {
    expect(isVersionConflict(null)).toBe(false);
  });
});
