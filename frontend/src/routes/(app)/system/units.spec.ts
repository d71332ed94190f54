import { describe, expect, it } from 'vitest';
import {
  bytes,
  filledCells,
  hostsOf,
  milliseconds,
  reasonText,
  statusText,
  topicText,
  whyText
} from './units';

describe('units', () => {
  it('names a size by the unit people say', () => {
    expect(bytes(0)).toBe('0 bytes');
    expect(bytes(737_280)).toBe('737 kB');
    expect(bytes(1_400_000)).toBe('1.4 MB');
    expect(bytes(80_104_226_816)).toBe('80 GB');
  });

  it('keeps a decimal of a short time only', () => {
    expect(milliseconds(0.4628)).toBe('0.5 ms');
    expect(milliseconds(137.6)).toBe('138 ms');
  });
});

describe('filledCells', () => {
  it('shows one part of a large window, and all cells only when it is full', () => {
    expect(filledCells(0, 50)).toBe(0);
    expect(filledCells(1, 50)).toBe(1);
    expect(filledCells(25, 50)).toBe(5);
    expect(filledCells(49, 50)).toBe(9);
    expect(filledCells(50, 50)).toBe(10);
    expect(filledCells(3, 0)).toBe(0);
  });
});

describe('reasonText', () => {
  it('has words for a code that is new to it', () => {
    expect(reasonText('throttled')).toContain('slowly');
    expect(reasonText('some_new_code')).toBe(reasonText('other'));
  });
});

describe('what lies behind a reason', () => {
  it('has words for what is known, and none for what is new', () => {
    expect(topicText('status_0e')).toBe('The password is wrong.');
    expect(topicText('status_777')).toBeUndefined();
    expect(topicText(undefined)).toBeUndefined();
    expect(whyText('port_closed')).toContain('port');
    expect(whyText('bind_unanswered')).toBe(reasonText('bind_unanswered'));
    expect(whyText(undefined)).toBeUndefined();
  });

  it('says a status by name and number', () => {
    expect(statusText('ESME_RINVPASWD', 14)).toBe('ESME_RINVPASWD (0x0E)');
    expect(statusText('0x00000401', 0x401)).toBe('0x401');
    expect(statusText(undefined, undefined)).toBe('');
  });
});

describe('hostsOf', () => {
  it('counts the sessions of each host', () => {
    const session = (peer: string, state: string) => ({ peer, state });
    expect(
      hostsOf([session('a', 'bound'), session('b', 'down'), session('a', 'throttling'), session('a', 'down')])
    ).toEqual([
      { peer: 'a', up: 2, all: 3 },
      { peer: 'b', up: 0, all: 1 }
    ]);
  });
});
