import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '$lib/api';
import { Reviewing } from './review.svelte';

const review = (part: Partial<Api<'Preview'>> = {}, typed = true) =>
  ({
    broadcast: { id: 'd1', version: 3 },
    preview: { people: 12_480, codes: ['A', 'B'], warnings: [], ...part },
    reservedUntil: '2026-11-21T18:56:00Z',
    typedConfirmation: typed
  }) as unknown as Api<'Review'>;

type Seen = { path: string; key: string | null; body: unknown };
let seen: Seen[] = [];
let answers: (() => Response | Promise<Response>)[] = [];
const told = (body: unknown) => () => Response.json(body);
const refused = (code: string) => () => Response.json({ status: 409, code, title: code }, { status: 409 });

beforeEach(() => {
  seen = [];
  answers = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.clone().text();
    seen.push({
      path: new URL(request.url).pathname.split('/').pop() ?? '',
      key: request.headers.get('Idempotency-Key'),
      body: text ? JSON.parse(text) : null
    });
    const answer = answers.shift();
    if (!answer) throw new Error('nothing to answer with');
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('a review', () => {
  it('sends only after the number of people was typed', async () => {
    const reviewing = new Reviewing();
    answers = [told(review()), told({ id: 'd1' })];
    await reviewing.begin('d1');
    expect(reviewing.canSend).toBe(false);
    expect(await reviewing.send()).toBeNull();
    reviewing.typed = '12479';
    expect(reviewing.canSend).toBe(false);
    reviewing.typed = '１２，４８０';
    expect(reviewing.canSend).toBe(true);
    expect(await reviewing.send()).toMatchObject({ id: 'd1' });
    expect(seen.map(({ path }) => path)).toEqual(['review', 'launch']);
    expect(seen[1]?.body).toEqual({ codes: ['A', 'B'], people: 12_480, version: 3 });
  });

  it('sends only after the notes about countries were read', async () => {
    const reviewing = new Reviewing();
    const warnings = [{ code: 'country_cannot_answer', country: 'VN', people: 131 }];
    answers = [told(review({ people: 3, warnings }, false)), told(review({ people: 3, warnings }, false))];
    await reviewing.begin('d1');
    expect([reviewing.notes, reviewing.canSend]).toEqual([1, false]);
    reviewing.looked = true;
    expect(reviewing.canSend).toBe(true);
    // Another review is another decision.
    await reviewing.begin('d1');
    expect(reviewing.canSend).toBe(false);
  });

  it('asks nobody to read what countries have against a drill', async () => {
    const reviewing = new Reviewing();
    const drill = review({ people: 3, warnings: [{ code: 'country_quiet', country: 'TH' }] }, false);
    answers = [told({ ...drill, broadcast: { id: 'd1', version: 1, content: { mode: 'drill' } } })];
    await reviewing.begin('d1');
    expect([reviewing.notes, reviewing.canSend]).toEqual([0, true]);
  });

  it('asks for no number where none is needed', async () => {
    const reviewing = new Reviewing();
    answers = [told(review({ people: 3 }, false))];
    await reviewing.begin('d1');
    expect(reviewing.canSend).toBe(true);
  });

  it('never sends what is blocked or reaches nobody', async () => {
    const reviewing = new Reviewing();
    answers = [told(review({ warnings: [{ code: 'no_route', blocking: true }] }, false))];
    await reviewing.begin('d1');
    expect(reviewing.canSend).toBe(false);
    answers = [told(review({ people: 0 }, false))];
    await reviewing.begin('d1');
    expect(reviewing.canSend).toBe(false);
  });

  it('repeats a press without an answer under the same key', async () => {
    const reviewing = new Reviewing();
    answers = [told(review({}, false)), () => Promise.reject(new TypeError('no line')), told({ id: 'd1' })];
    await reviewing.begin('d1');
    expect(await reviewing.send()).toBeNull();
    expect(reviewing.error?.unanswered).toBe(true);
    expect(await reviewing.send()).not.toBeNull();
    expect(seen[1]?.key).toBe(seen[2]?.key);
    expect(seen[1]?.key).not.toBe('');
  });

  it.each(['codes', 'people'] as const)('shows the new %s and asks for a new decision', async (what) => {
    const reviewing = new Reviewing();
    answers = [
      told(review()),
      refused(`${what}_changed`),
      told(review({ codes: ['A', 'D'], people: 12_481 }))
    ];
    await reviewing.begin('d1');
    reviewing.typed = '12480';
    expect(await reviewing.send()).toBeNull();
    expect(reviewing.changed).toBe(what);
    expect(reviewing.review?.preview.codes).toEqual(['A', 'D']);
    expect(reviewing.typed).toBe('');
    expect(reviewing.canSend).toBe(false);
    reviewing.typed = '12481';
    answers = [told({ id: 'd1' })];
    await reviewing.send();
    expect(seen.at(-1)?.key).not.toBe(seen[1]?.key);
    expect(seen.at(-1)?.body).toMatchObject({ codes: ['A', 'D'], people: 12_481 });
  });

  it('says why a draft cannot be reviewed', async () => {
    const reviewing = new Reviewing();
    answers = [refused('codes_exhausted')];
    expect(await reviewing.begin('d1')).toBeNull();
    expect(reviewing.stage).toBe('refused');
    expect(reviewing.error?.code).toBe('codes_exhausted');
  });

  it('is over when the codes are free again', async () => {
    const reviewing = new Reviewing();
    answers = [told(review())];
    await reviewing.begin('d1');
    expect(reviewing.isOver(Date.parse('2026-11-21T18:55:59Z'))).toBe(false);
    expect(reviewing.isOver(Date.parse('2026-11-21T18:56:00Z'))).toBe(true);
  });
});
