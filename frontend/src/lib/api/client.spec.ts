import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, errorText, fieldText, onSignedOut, setCsrfToken, unwrap } from '.';

const answer = (status: number, body: unknown, type = 'application/problem+json') =>
  vi.fn(async () => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } }));

describe('the client', () => {
  beforeEach(() => setCsrfToken('token-1'));
  afterEach(() => {
    vi.unstubAllGlobals();
    setCsrfToken(null);
    onSignedOut(() => {});
  });

  const failing = async (call: Promise<unknown>): Promise<ApiError> => {
    const thrown = await call.then(
      () => null,
      (error: unknown) => error
    );
    expect(thrown).toBeInstanceOf(ApiError);
    return thrown as ApiError;
  };

  it('carries the token on unsafe calls only', async () => {
    const fetch = vi.fn(async (request: Request) => {
      void request;
      return new Response(null, { status: 204 });
    });
    vi.stubGlobal('fetch', fetch);
    await unwrap(api.DELETE('/session'));
    await unwrap(api.GET('/session')).catch(() => {});
    expect(fetch.mock.calls[0]?.[0].headers.get('X-CSRF-Token')).toBe('token-1');
    expect(fetch.mock.calls[1]?.[0].headers.get('X-CSRF-Token')).toBeNull();
  });

  it('turns a problem into an error with its code, fields and reference', async () => {
    const fields = [{ path: 'name', code: 'required' }];
    vi.stubGlobal(
      'fetch',
      answer(422, {
        type: 'about:blank',
        title: '',
        status: 422,
        code: 'invalid_fields',
        fields,
        requestId: 'r-9'
      })
    );
    const error = await failing(unwrap(api.GET('/home')));
    expect(error).toMatchObject({ code: 'invalid_fields', status: 422, requestId: 'r-9' });
    expect(fieldText(error.field('name'))).toBe('This field is needed.');
    expect(fieldText(error.field('email'))).toBeUndefined();
  });

  it('says when the server no longer knows the session', async () => {
    const left = vi.fn();
    onSignedOut(left);
    vi.stubGlobal('fetch', answer(401, { type: '', title: '', status: 401, code: 'unauthenticated' }));
    await failing(unwrap(api.GET('/home')));
    expect(left).toHaveBeenCalledOnce();
  });

  it('tells a lost line from a refusal', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('failed')))
    );
    const error = await failing(unwrap(api.GET('/home')));
    expect(error.unanswered).toBe(true);
    expect(errorText(error)).toContain('could not be reached');
  });

  it('has a text for codes it does not know', async () => {
    vi.stubGlobal('fetch', answer(409, { type: '', title: '', status: 409, code: 'something_new' }));
    expect(errorText(await failing(unwrap(api.GET('/home'))))).toBe('This could not be done.');
  });
});
