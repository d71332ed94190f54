import { afterEach, describe, expect, it } from 'vitest';
import { loadLocale } from '$lib/i18n';
import { isGap, warningText, worstFirst } from './warnings';

const CODES = [
  'required',
  'repeated',
  'too_long',
  'count_out_of_range',
  'too_many_choices',
  'variable_not_closed',
  'variable_name_bad',
  'too_many_variables',
  'no_route',
  'nobody_reachable',
  'no_route_for_some',
  'cannot_answer',
  'shared_numbers',
  'no_choice_calls_for_help',
  'sms_not_in_alphabet',
  'sms_too_many_parts'
];

afterEach(() => loadLocale('en'));

describe('warnings', () => {
  it.each(['ja', 'en'] as const)('have words for every code of the sheet in %s', async (locale) => {
    await loadLocale(locale);
    for (const code of CODES) {
      const text = warningText({ code, params: { max: '12', parts: '9' }, people: 3 }, ['ja']);
      expect(text).not.toContain(code);
      expect(text).not.toMatch(/[{}]/);
    }
  });

  it('name the field they are about', () => {
    expect(warningText({ code: 'required', path: 'bodies[1].text' }, ['ja', 'en'])).toBe(
      'The text in English is missing.'
    );
    expect(warningText({ code: 'required', path: 'choices[2].label' }, [])).toBe('Choice 3 is missing.');
    expect(warningText({ code: 'required', path: 'title' }, [])).toBe('The title is missing.');
  });

  it('show a code nobody knows as it is', () => {
    expect(warningText({ code: 'brand_new' }, [])).toContain('brand_new');
  });

  it('count people in the language of the console', () => {
    expect(warningText({ code: 'cannot_answer', people: 1_310 }, [])).toContain('1,310 people');
    expect(warningText({ code: 'cannot_answer', people: 1 }, [])).toContain('1 person');
  });

  it('stand worst first, and gaps are told apart', () => {
    const list = [
      { code: 'shared_numbers' },
      { code: 'no_route', blocking: true },
      { code: 'cannot_answer' }
    ];
    expect(worstFirst(list).map(({ code }) => code)).toEqual(['no_route', 'shared_numbers', 'cannot_answer']);
    expect(isGap({ code: 'required' })).toBe(true);
    expect(isGap({ code: 'no_route' })).toBe(false);
  });
});
