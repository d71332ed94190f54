import { afterEach, describe, expect, it } from 'vitest';
import { loadLocale, locale, parts, t } from '.';
import en from './en';
import ja from './ja';
import type { Message } from './types';

const names = (message: Message): string[] => {
  const texts = typeof message === 'string' ? [message] : [message.one ?? '', message.other];
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')))
  ].sort();
};

describe('the catalogue', () => {
  afterEach(() => loadLocale('en'));

  it('asks for no parameter in Japanese that English does not give', () => {
    for (const [area, texts] of Object.entries(en)) {
      const translated = ja[area as keyof typeof ja] as Record<string, Message>;
      for (const [key, message] of Object.entries(texts as Record<string, Message>)) {
        const given = new Set([...names(message), ...(typeof message === 'string' ? [] : ['n'])]);
        const asked = names(translated[key] ?? '');
        expect(
          asked.filter((name) => !given.has(name)),
          `${area}.${key}`
        ).toEqual([]);
      }
    }
  });

  it('has the same areas and keys in both languages', () => {
    const keys = (catalog: object) =>
      Object.entries(catalog).flatMap(([area, texts]) =>
        Object.keys(texts as object).map((key) => `${area}.${key}`)
      );
    expect(keys(ja).sort()).toEqual(keys(en).sort());
  });

  it('writes numbers as the language does and chooses the plural form', async () => {
    expect(t('common.people', { n: 1 })).toBe('1 person');
    expect(t('common.people', { n: 12480 })).toBe('12,480 people');
    await loadLocale('ja');
    expect(t('common.people', { n: 12480 })).toBe('12,480人');
  });

  it('switches at once and tells the document its language', async () => {
    expect(t('common.save')).toBe('Save');
    await loadLocale('ja');
    expect(locale()).toBe('ja');
    expect(t('common.save')).toBe('保存');
    expect(document.documentElement.lang).toBe('ja');
  });

  it('cuts a text at its parameters', () => {
    expect(parts('home.needHelpNote', { n: 8100 })).toEqual([
      { name: null, text: 'of ' },
      { name: 'n', text: '8,100' },
      { name: null, text: ' answers' }
    ]);
  });
});
