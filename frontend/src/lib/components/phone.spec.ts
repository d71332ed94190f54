import { expect, it } from 'vitest';
import { phoneText } from './phone';

it('writes numbers as people do and leaves strange ones alone', () => {
  expect(phoneText('+819000002281')).toBe('090-0000-2281');
  expect(phoneText('+818000000110')).toBe('080-0000-0110');
  expect(phoneText('+66800004471')).toBe('+66 800 004 471');
  expect(phoneText('AOMINE')).toBe('AOMINE');
});
