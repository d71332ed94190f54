import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeKeys, matchCode } from './keys';

describe('a typed letter', () => {
  it('fits one code, may begin a longer one, or fits none', () => {
    expect(matchCode('A', ['A', 'B'])).toBe('exact');
    expect(matchCode('a', ['A', 'B'])).toBe('exact');
    expect(matchCode('A', ['A', 'AB'])).toBe('more');
    expect(matchCode('AB', ['A', 'AB'])).toBe('exact');
    expect(matchCode('X', ['A', 'B'])).toBe('none');
  });
});

describe('the keys of the tray', () => {
  const actions = { code: vi.fn(), aside: vi.fn(), later: vi.fn() };
  let stop: () => void;
  const press = (key: string, more: KeyboardEventInit = {}) =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));

  beforeEach(() => {
    vi.useFakeTimers();
    Object.values(actions).forEach((action) => action.mockReset());
    stop = codeKeys(() => ['A', 'AB', 'C'], actions);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('decide with the code itself, full-width letters too', () => {
    press('c');
    press('Ｃ');
    expect(actions.code.mock.calls).toEqual([['C'], ['C']]);
  });

  it('wait for a second letter where a longer code begins alike', () => {
    press('a');
    expect(actions.code).not.toHaveBeenCalled();
    press('b');
    expect(actions.code).toHaveBeenCalledExactlyOnceWith('AB');
    press('a');
    vi.advanceTimersByTime(1_000);
    expect(actions.code).toHaveBeenLastCalledWith('A');
  });

  it('have a digit and Space for the rest', () => {
    press('0');
    press(' ');
    expect(actions.aside).toHaveBeenCalledOnce();
    expect(actions.later).toHaveBeenCalledOnce();
  });

  it('leave the browser its own combinations and held keys', () => {
    press('c', { ctrlKey: true });
    press('c', { repeat: true });
    expect(actions.code).not.toHaveBeenCalled();
  });
});
