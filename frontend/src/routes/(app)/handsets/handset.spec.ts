import { describe, expect, it } from 'vitest';
import { answeredCode, choicesOf, phoneState, SPANS, spanPlace, type Bubble, type Handset } from './handset';

const at = '2026-11-22T03:41:00Z';
const got: Bubble = { direction: 'in', text: 'A:Safe\nB:Hurt', at, state: 'delivered', choices: ['A', 'B'] };
const wrote = (text: string): Bubble => ({ direction: 'out', text, at, state: 'sent' });
const phone = (...bubbles: Bubble[]): Handset => ({
  number: '+819012345678',
  on: true,
  basic: false,
  bubbles
});

describe('phoneState', () => {
  it('says what the newest bubble says, and that a phone is off before all else', () => {
    expect(phoneState(phone())).toBe('Quiet');
    expect(phoneState(phone(got))).toBe('Delivered');
    expect(phoneState(phone({ ...got, state: 'waiting' }))).toBe('Waiting');
    expect(phoneState(phone({ ...got, state: 'failed' }))).toBe('Failed');
    expect(phoneState(phone(got, wrote('A')))).toBe('Answered');
    expect(phoneState({ ...phone(got), on: false })).toBe('Off');
  });
});

describe('the keys of a phone', () => {
  it('come from the newest question, even when another text followed', () => {
    const later: Bubble = { ...got, text: 'Thank you.', choices: undefined };
    expect(choicesOf(phone(got, later))).toEqual(['A', 'B']);
    expect(choicesOf(phone(later))).toEqual([]);
  });

  it('show the code that was answered, as a person may have typed it', () => {
    expect(answeredCode(phone(got, wrote('ｂ')))).toBe('B');
    expect(answeredCode(phone(got, wrote('A です')))).toBeUndefined();
    expect(answeredCode(phone(got, wrote('A'), got))).toBeUndefined();
  });
});

describe('spanPlace', () => {
  it('finds every span again and the nearest one for others', () => {
    SPANS.forEach((span, place) => expect(spanPlace(span)).toBe(place));
    expect(SPANS[spanPlace(20)]).toBe(18);
  });
});
