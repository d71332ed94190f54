import { ApiError, errorText, type Api, type Problem } from '$lib/api';
import { languageName, locale, t, type Key } from '$lib/i18n';
import texts from '$lib/i18n/en/importing';

export type Import = Api<'Import'>;
export type Change = Api<'ImportChange'>;
export type Reject = Api<'ImportReject'>;

const translate = t as (key: Key, params?: Record<string, string | number>) => string;
const known = (name: string): name is keyof typeof texts => name in texts;

/** What a column means, or the name of a field that changes. */
export function fieldText(field: string): string {
  if (field.startsWith('attribute:'))
    return t('importing.field_attribute', { name: field.slice('attribute:'.length) });
  const key = `field_${field}`;
  return known(key) ? translate(`importing.${key}` as Key) : field;
}

/** A value as people read it: a language by its name, all others as they are written. */
export const valueText = (field: string, value: string): string =>
  field === 'language' && value ? languageName(value) : value;

/** Why a row cannot be brought in, in one or two sentences. */
export function rejectText(reject: Reject): string {
  const key = `reject_${reject.code}`;
  const reason = translate(`importing.${known(key) ? key : 'reject_other'}` as Key, {
    ...reject.params,
    code: reject.code
  });
  const phone = `phone_${reject.params?.reason ?? ''}`;
  if (!known(phone)) return reason;
  const between = locale() === 'ja' ? '' : ' ';
  return `${reason}${between}${translate(`importing.${phone}` as Key)}`;
}

export function warningText({ code, count, params }: Api<'ImportWarning'>): string {
  const key = `warn_${code}`;
  return translate(`importing.${known(key) ? key : 'warn_other'}` as Key, { ...params, n: count, code });
}

const charsets: Record<string, Key> = {
  'utf-8': 'importing.charset_utf8',
  shift_jis: 'importing.charset_shift_jis',
  'utf-16': 'importing.charset_utf16'
};

/** How the file was read, in words. */
export function readAs(job: Import): string {
  const { charset = 'auto', delimiter = 'auto' } = job.settings;
  return t('importing.readAs', {
    charset: translate(charsets[charset] ?? 'importing.charset_auto'),
    delimiter: t(`importing.delimiter_${delimiter}`),
    rows: t('importing.rows', { n: job.counts.rows })
  });
}

export function evidenceText(evidence: string | undefined): string {
  const key = `evidence_${evidence ?? ''}`;
  return known(key) ? translate(`importing.${key}` as Key) : '';
}

/** The fields a column may become; attributes are made of the column's own heading. */
export const FIELDS = [
  'name',
  'reading',
  'external_id',
  'department',
  'language',
  'timezone',
  'phone',
  'phone_label',
  'email',
  'email_label',
  'group',
  'note'
] as const;

/** The choices for one column: every field, an attribute of its heading, or nothing. */
export function fieldOptions(header: string, field: string): { value: string; label: string }[] {
  const values: string[] = [...FIELDS, ...(header ? [`attribute:${header}`] : []), 'ignore'];
  if (!values.includes(field)) values.unshift(field);
  return values.map((value) => ({ value, label: fieldText(value) }));
}

/** A row of the table of changes: the person stands on the first of their fields only. */
export type ChangeRow = {
  line: number;
  name: string;
  first: boolean;
  field: string;
  before: string;
  after: string;
};

export const changeRows = (changes: readonly Change[]): ChangeRow[] =>
  changes.flatMap(({ line, name, changes: fields }) =>
    fields.map((change, index) => ({ line, name, first: index === 0, ...change }))
  );

/** Why an import as a whole could not go on. */
export const problemText = (problem: Problem): string => errorText(new ApiError(problem));
