import { describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api';
import { Pager, type Page } from './pager.svelte';

const pages: Record<string, Page<number>> = {
  first: { items: [1, 2, 3], total: 5, next: 'second' },
  second: { items: [4, 5], total: 5 }
};
const fetch = async (after: string | undefined) => pages[after ?? 'first'] as Page<number>;

describe('Pager', () => {
  it('goes forward and back and knows where it is', async () => {
    const pager = new Pager<number>();
    expect(pager.ready).toBe(false);
    await pager.start(fetch);
    expect([pager.from, pager.to, pager.total, pager.hasPrevious, pager.hasNext]).toEqual([
      1,
      3,
      5,
      false,
      true
    ]);
    await pager.next();
    expect([pager.from, pager.to, pager.hasPrevious, pager.hasNext]).toEqual([4, 5, true, false]);
    await pager.previous();
    expect(pager.items).toEqual([1, 2, 3]);
    expect(pager.hasPrevious).toBe(false);
  });

  it('keeps the page that is shown when the next one fails', async () => {
    const pager = new Pager<number>();
    let broken = false;
    await pager.start(async (after) => {
      if (broken) throw new ApiError({ code: 'unavailable', status: 503 });
      return fetch(after);
    });
    broken = true;
    await pager.next();
    expect(pager.error?.code).toBe('unavailable');
    expect(pager.items).toEqual([1, 2, 3]);
  });

  it('lets the newest question win', async () => {
    const pager = new Pager<string>();
    let answerSlowly: (page: Page<string>) => void = () => {};
    const slow = pager.start(() => new Promise((resolve) => (answerSlowly = resolve)));
    await pager.start(async () => ({ items: ['new'] }));
    answerSlowly({ items: ['old'] });
    await slow;
    expect(pager.items).toEqual(['new']);
  });
});
