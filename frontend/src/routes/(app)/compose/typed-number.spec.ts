import { describe, expect, it } from 'vitest';
import { typedNumber } from './typed-number';

describe('a typed number', () => {
  it.each([
    ['12480', 12_480],
    ['１２４８０', 12_480],
    ['12,480', 12_480],
    ['１２，４８０人', 12_480],
    [' 12 480 ', 12_480],
    ['0', 0]
  ])('reads %j', (text, value) => {
    expect(typedNumber(text)).toBe(value);
  });

  it.each(['', '12a', '-5', '一二', '1e4', '12345678901'])('is none in %j', (text) => {
    expect(typedNumber(text)).toBeNull();
  });
});
