import { describe, expect, it } from 'vitest';
import { codeOf, contentOf, emptyForm, formOf, hasContent, moved, repeatedCodes, type Content } from './form';

const content: Content = {
  title: 'Safety check',
  mode: 'live',
  urgency: 'urgent',
  bodies: [
    { language: 'ja', text: '{{name}}様' },
    { language: 'en', text: 'Dear {{name}}', labels: ['Safe', 'Hurt'] }
  ],
  choices: [
    { code: 'A', label: '無事', tone: 'ok' },
    { code: 'B', label: '軽傷', tone: 'warn' }
  ],
  multiSelect: false,
  allPhones: true,
  autoReply: true,
  audience: { everyone: false, groups: ['g1'] },
  uncertain: 'resend'
};

describe('a form', () => {
  it('gives back the content it was made of', () => {
    expect(contentOf(formOf(content))).toEqual(content);
  });

  it('leaves mode and codes open when it is a copy', () => {
    const copy = formOf({ ...content, mode: 'drill' }, true);
    expect(copy.mode).toBeNull();
    expect(contentOf(copy).choices.map((choice) => choice.code)).toEqual([undefined, undefined]);
    expect(contentOf(copy).bodies).toEqual(content.bodies);
  });

  it('keeps the labels of another language with their choice when choices are moved', () => {
    const form = formOf(content);
    form.choices = moved(form.choices, 0, 1);
    expect(contentOf(form).choices.map((choice) => choice.label)).toEqual(['軽傷', '無事']);
    expect(contentOf(form).bodies[1]?.labels).toEqual(['Hurt', 'Safe']);
  });

  it('is empty until something besides the mode is written', () => {
    const form = emptyForm('ja', 'drill');
    expect(hasContent(form)).toBe(false);
    form.audience.everyone = true;
    expect(hasContent(form)).toBe(true);
  });

  it('leaves out labels and audiences that say nothing', () => {
    const made = contentOf(emptyForm('ja', 'live'));
    expect(made.bodies).toEqual([{ language: 'ja', text: '' }]);
    expect(made.audience).toEqual({ everyone: false });
    expect(made).not.toHaveProperty('uncertain');
  });
});

describe('codes', () => {
  it.each([
    ['a', 'A'],
    ['Ａｂ', 'AB'],
    ['1c!', 'C'],
    ['abc', 'AB'],
    [' ', '']
  ])('reads %j as %j', (typed, code) => {
    expect(codeOf(typed)).toBe(code);
  });

  it('names those that stand twice, however they are written', () => {
    const { choices } = formOf(content);
    choices.push(
      { key: -1, code: 'ａ', label: 'again', tone: 'ok' },
      { key: -2, code: '', label: '', tone: 'ok' }
    );
    choices.push({ key: -3, code: '', label: '', tone: 'ok' });
    expect(repeatedCodes(choices)).toEqual(['A']);
  });
});

describe('moved', () => {
  it('stays within the list', () => {
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  });
});
