import { afterEach, describe, expect, it, vi } from 'vitest';
import { contentOf, emptyForm } from './form';
import { forget, keep, kept } from './kept';

const content = contentOf(emptyForm('ja', 'live'));
afterEach(() => sessionStorage.clear());

describe('what was typed', () => {
  it('is there again under its name and gone when forgotten', () => {
    keep('new', { content, mode: 'live', at: 5 });
    expect(kept('new')).toEqual({ content, mode: 'live', at: 5 });
    expect(kept('other')).toBeNull();
    forget('new');
    expect(kept('new')).toBeNull();
  });

  it('is not taken from something else that lies there', () => {
    sessionStorage.setItem('noroshi.compose.new', '{"at":"yesterday"}');
    expect(kept('new')).toBeNull();
    sessionStorage.setItem('noroshi.compose.new', '{{');
    expect(kept('new')).toBeNull();
  });

  it('is simply not kept where the storage is full', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(() => keep('new', { content, mode: 'live', at: 5 })).not.toThrow();
  });
});
