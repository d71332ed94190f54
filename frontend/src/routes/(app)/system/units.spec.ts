import { describe, expect, it } from 'vitest';
import { bytes, filledCells, milliseconds, reasonText } from './units';

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
