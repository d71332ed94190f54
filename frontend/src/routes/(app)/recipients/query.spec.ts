import { describe, expect, it } from 'vitest';
import { changedQuery, filtersOf, isFiltered, listQuery } from './query';

const read = (text: string) => filtersOf(new URLSearchParams(text));

describe('the filters of the list', () => {
  it('are read from the address', () => {
    const filters = read('q=ito&department=%E6%9C%AC%E7%A4%BE&reachable=false&open=p1');
    expect(listQuery(filters)).toEqual({ q: 'ito', department: '本社', group: undefined, reachable: false });
    expect(isFiltered(filters)).toBe(true);
  });

  it('are none for a person that is open, nor for a word nobody knows', () => {
    expect(isFiltered(read('open=p1&reachable=maybe'))).toBe(false);
    expect(listQuery(read('reachable=maybe')).reachable).toBeUndefined();
  });

  it('change without losing the others', () => {
    const query = new URLSearchParams('q=ito&open=p1');
    expect(changedQuery(query, { open: null, group: 'g1' })).toEqual({ q: 'ito', group: 'g1' });
    expect(changedQuery(query, { q: '' })).toEqual({ open: 'p1' });
  });
});
