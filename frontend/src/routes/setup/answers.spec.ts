import { describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api';
import { firstAnswers, isComplete, stepOf } from './answers';

describe('the set-up', () => {
  it('leads back to the first step that holds a refused field', () => {
    const fields = [
      { path: 'password', code: 'password_common' },
      { path: 'organisation.timezone', code: 'unknown_zone' }
    ];
    expect(stepOf(new ApiError({ code: 'invalid_fields', fields }))).toBe('locale');
    expect(stepOf(new ApiError({ code: 'bad_setup_token' }))).toBe('organisation');
    expect(stepOf(new ApiError({ code: 'internal' }))).toBeNull();
  });

  it('goes on only with what the server will ask for', () => {
    const answers = firstAnswers('ja');
    expect(isComplete('organisation', answers)).toBe(false);
    expect(isComplete('organisation', { ...answers, token: 'T', organisation: '青嶺' })).toBe(true);
    const admin = { ...answers, name: '中村', email: 'k@a.example', password: 'elevenchars' };
    expect(isComplete('admin', admin)).toBe(false);
    expect(isComplete('admin', { ...admin, password: 'twelve chars' })).toBe(true);
  });
});
