import { afterEach, describe, expect, it } from 'vitest';
import { loadLocale } from '$lib/i18n';
import { byCountry, isGap, toRead, warningText, wayText, worstFirst, type Way } from './warnings';

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
  'shared_numbers',
  'no_choice_calls_for_help',
  'sms_not_in_alphabet',
  'sms_too_many_parts',
  'route_not_connected',
  'country_cannot_answer',
  'country_number_missing',
  'country_number_missing_template',
  'country_number_separately',
  'country_link_blocked',
  'country_link_registered',
  'country_number_blocked',
  'country_number_registered',
  'country_charset',
  'country_too_long',
  'country_not_joined',
  'country_plain_letters',
  'country_limits',
  'country_sender_numeric',
  'country_sender_letters',
  'country_sender_short_code',
  'country_parameter_missing',
  'country_prefix_missing',
  'country_brand_missing',
  'country_signature_missing',
  'country_template',
  'country_code_reserved',
  'country_quiet',
  'country_no_card'
];

/** What the server fills into the words, all of it at once. */
const params = {
  ...{ max: '12', parts: '9', save: '7', route: 'asia', number: '66800000001', link: 'https://a.example' },
  ...{ char: 'é', single: '65', part: '62', sender: 'AOMINE', tag: '0x1400', prefix: 'RM0.00 ', code: 'T' },
  ...{ time: '23:10', until: '08:00' }
};

afterEach(() => loadLocale('en'));

describe('warnings', () => {
  it.each(['ja', 'en'] as const)('have words for every code of the sheet in %s', async (locale) => {
    await loadLocale(locale);
    for (const code of CODES) {
      const text = warningText({ code, params, people: 3 }, ['ja']);
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
    expect(warningText({ code: 'no_route_for_some', people: 1_310 }, [])).toContain('1,310 people');
    expect(warningText({ code: 'no_route_for_some', people: 1 }, [])).toContain('1 person');
  });

  it('stand worst first, and gaps are told apart', () => {
    const list = [
      { code: 'shared_numbers' },
      { code: 'no_route', blocking: true },
      { code: 'no_choice_calls_for_help' }
    ];
    expect(worstFirst(list).map(({ code }) => code)).toEqual([
      'no_route',
      'shared_numbers',
      'no_choice_calls_for_help'
    ]);
    expect(isGap({ code: 'required' })).toBe(true);
    expect(isGap({ code: 'no_route' })).toBe(false);
  });

  it('about countries stand together, with the people they touch', () => {
    const list = [
      { code: 'country_template', country: 'VN', people: 131 },
      { code: 'shared_numbers', people: 31 },
      { code: 'country_quiet', country: 'TH', people: 742 },
      { code: 'country_cannot_answer', country: 'VN', people: 131 },
      { code: 'no_route_for_some', country: 'GB', people: 2, blocking: true }
    ];
    expect(
      byCountry(list).map(({ country, people, warnings }) => [country, people, warnings.length])
    ).toEqual([
      ['VN', 131, 2],
      ['TH', 742, 1],
      ['GB', 2, 1]
    ]);
    expect(toRead(list)).toBe(3);
  });

  it.each(['ja', 'en'] as const)('have words for every way out in %s', async (locale) => {
    await loadLocale(locale);
    const ways: Way[] = [
      'insert_reply_number',
      'remove_number',
      'remove_link',
      'transliterate',
      'plain_letters',
      'shorten',
      'other_route',
      'print_notice',
      'answer_link_not_yet'
    ];
    for (const way of ways) {
      const text = wayText(way, { code: 'x', params });
      expect(text).not.toContain(way);
      expect(text).not.toMatch(/[{}]/);
    }
  });
});
