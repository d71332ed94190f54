import { afterEach, describe, expect, it } from 'vitest';
import { loadLocale } from '$lib/i18n';
import { changeRows, fieldOptions, fieldText, rejectText, warningText } from './words';

// The codes the check of a file can give.
const REJECTS = [
  'no_name',
  'no_contact',
  'phone_invalid',
  'two_numbers',
  'spreadsheet_number',
  'mail_no_at',
  'mail_domain_cut',
  'mail_invalid',
  'duplicate_external_id',
  'duplicate_key',
  'too_long',
  'too_many',
  'bad_language',
  'bad_zone',
  'bad_group',
  'wrong_column_count',
  'undecodable',
  'out_of_scope',
  'unclosed_quote',
  'row_too_long',
  'too_many_cells'
];
const params = { line: '18', max: '100', have: '7', want: '8', reason: 'too_short' };
const reject = (code: string, more = {}) => ({
  line: 2,
  column: 'D',
  header: '携帯電話',
  value: 'x',
  code,
  ...more
});

afterEach(() => loadLocale('en'));

describe('reasons of wrong rows', () => {
  it.each(['ja', 'en'] as const)('have words for every code in %s', async (locale) => {
    await loadLocale(locale);
    for (const code of REJECTS) {
      const text = rejectText(reject(code, { params }));
      expect(text).not.toContain(code);
      expect(text).not.toMatch(/[{}]/);
    }
  });

  it('say what is wrong with a phone number', () => {
    const text = rejectText(reject('phone_invalid', { params: { reason: 'too_short' } }));
    expect(text).toBe('This cannot be read as a phone number. Digits are missing.');
  });

  it('show a code nobody knows', () => {
    expect(rejectText(reject('brand_new'))).toContain('brand_new');
  });
});

describe('warnings of a file', () => {
  it.each(['no_key', 'shared_number', 'mail_only'])('have words: %s', (code) => {
    expect(warningText({ code, count: 31 })).toMatch(/^31 rows/);
  });
});

describe('columns', () => {
  it('may become any field, an attribute of their heading, or nothing', () => {
    const values = fieldOptions('拠点', 'attribute:拠点').map((option) => option.value);
    expect(values).toContain('attribute:拠点');
    expect(values).toContain('ignore');
    expect(new Set(values).size).toBe(values.length);
  });

  it('keep a meaning the console does not know', () => {
    expect(fieldOptions('x', 'brand_new')[0]).toEqual({ value: 'brand_new', label: 'brand_new' });
    expect(fieldText('attribute:site')).toBe('Attribute “site”');
  });
});

describe('rows of changes', () => {
  it('name the person once', () => {
    const changes = [
      { field: 'name', before: 'a', after: 'b' },
      { field: 'phone', before: '', after: 'c' }
    ];
    const rows = changeRows([{ line: 3, name: 'b', changes }]);
    expect(rows.map(({ field, first }) => [field, first])).toEqual([
      ['name', true],
      ['phone', false]
    ]);
  });
});
