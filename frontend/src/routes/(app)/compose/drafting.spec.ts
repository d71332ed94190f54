import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafting } from './drafting.svelte';
import { contentOf, emptyForm, type Content } from './form';

type Seen = { method: string; path: string; match: string | null; key: string | null; body: Content };

let json = '';
let seen: Seen[] = [];
let answers: (() => Response | Promise<Response>)[] = [];
const textOf = (title: string) => JSON.stringify({ ...contentOf(emptyForm('ja', 'live')), title });

const saved = (version: number) => () =>
  Response.json({
    id: 'd1',
    version,
    state: 'draft',
    content: JSON.parse(json),
    createdAt: '',
    createdBy: ''
  });
const refused = (status: number, code: string) => () =>
  Response.json({ type: 'about:blank', title: code, status, code }, { status });
const lost = () => Promise.reject(new TypeError('no line'));

beforeEach(() => {
  vi.useFakeTimers();
  json = textOf('one');
  seen = [];
  answers = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    seen.push({
      method: request.method,
      path: new URL(request.url).pathname,
      match: request.headers.get('If-Match'),
      key: request.headers.get('Idempotency-Key'),
      body: (await request.clone().json()) as Content
    });
    return (answers.shift() ?? saved(1))();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const drafting = () => new Drafting(() => ({ json, worth: true }));

describe('a draft', () => {
  it('is made once and changed on the ground of its version', async () => {
    const draft = drafting();
    answers = [saved(1), saved(2)];
    expect(await draft.save()).toBe(true);
    json = textOf('two');
    expect(draft.dirty).toBe(true);
    expect(await draft.save()).toBe(true);
    expect(seen.map(({ method, match }) => [method, match])).toEqual([
      ['POST', null],
      ['PUT', '"1"']
    ]);
    expect(draft.state).toBe('saved');
    expect(draft.draft?.version).toBe(2);
  });

  it('is not sent when nothing changed', async () => {
    const draft = drafting();
    await draft.save();
    await draft.save();
    expect(seen).toHaveLength(1);
  });

  it('repeats a first save without an answer word for word, then brings what came after', async () => {
    const draft = drafting();
    answers = [lost, saved(1), saved(2)];
    expect(await draft.save()).toBe(false);
    expect(draft.state).toBe('failed');
    json = textOf('two');
    expect(await draft.flush()).toBe(true);
    expect(seen.map(({ method, body }) => [method, body.title])).toEqual([
      ['POST', 'one'],
      ['POST', 'one'],
      ['PUT', 'two']
    ]);
    expect(seen[1]?.key).toBe(seen[0]?.key);
  });

  it('tries again by itself while the line is bad', async () => {
    const draft = drafting();
    answers = [lost, saved(1)];
    await draft.save();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(draft.state).toBe('saved');
  });

  it('saves a moment after the last change, once', async () => {
    const draft = drafting();
    draft.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    draft.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(600);
    expect(seen).toHaveLength(1);
  });

  it('overwrites nothing that somebody else changed', async () => {
    const draft = drafting();
    answers = [saved(1), refused(412, 'version_changed')];
    await draft.save();
    json = textOf('two');
    expect(await draft.flush()).toBe(false);
    expect(draft.state).toBe('conflict');
    expect(seen).toHaveLength(2);
    // Somebody decided to keep their own: it goes out on the newest version.
    draft.adopt({ ...draft.draft!, version: 7 });
    answers = [saved(8)];
    expect(await draft.save()).toBe(true);
    expect(seen[2]?.match).toBe('"7"');
  });

  it('waits with a refused content until it is another one', async () => {
    const draft = drafting();
    answers = [refused(400, 'invalid')];
    await draft.save();
    expect(draft.state).toBe('invalid');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toHaveLength(1);
    draft.changed();
    expect(draft.state).toBe('dirty');
  });
});
