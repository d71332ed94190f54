import { describe, expect, it } from 'vitest';
import { formOf, inputOf, type Card } from './card';

const card: Card = {
  country: 'MY',
  version: 3,
  delivered: false,
  sources: ['help.clicksend.com Malaysia'],
  replies: 'number',
  sender: 'short_code',
  registration: 'none',
  links: 'blocked',
  numbers: 'blocked',
  charset: 'any',
  maxParts: 4,
  joined: true,
  plain: false,
  singleLimit: 0,
  partLimit: 0,
  prefix: 'RM0.00 ',
  brand: false,
  signature: false,
  quietFrom: '22:00',
  quietTo: '08:00',
  zones: ['Asia/Kuala_Lumpur'],
  validityH: 0,
  reserved: [],
  optOut: ['BERHENTI', 'BATAL'],
  parameters: [],
  languages: ['ms', 'en'],
  notes: { ja: 'メモ', en: 'A note' }
};

describe('the form of a country card', () => {
  it('gives back what it was given', () => {
    const { country, version, delivered, sources, ...input } = card;
    expect(inputOf(formOf(card))).toEqual(input);
    expect([country, version, delivered, sources.length]).toEqual(['MY', 3, false, 1]);
  });

  it('keeps the space at the end of a prefix', () => {
    expect(inputOf(formOf(card)).prefix).toBe('RM0.00 ');
  });

  it('reads lists and full-width figures as people type them', () => {
    const form = formOf(card);
    Object.assign(form, {
      optOut: 'STOP、 停止，\n, HUY',
      zones: 'Asia/Jakarta\n\n Asia/Jayapura',
      maxParts: '１２'
    });
    const input = inputOf(form);
    expect(input.optOut).toEqual(['STOP', '停止', 'HUY']);
    expect(input.zones).toEqual(['Asia/Jakarta', 'Asia/Jayapura']);
    expect(input.maxParts).toBe(12);
  });

  it('sends what is no figure as one that is refused', () => {
    expect(inputOf({ ...formOf(card), maxParts: 'four' }).maxParts).toBe(-1);
  });
});
