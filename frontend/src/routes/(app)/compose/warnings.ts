import type { Api, FieldProblem } from '$lib/api';
import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/compose';
import sheetWords from '$lib/i18n/en/sheet';
import { ownName } from '$lib/components/languages';
import { phoneText } from '$lib/components/phone';

export type Warning = Api<'PreviewWarning'>;
export type Way = NonNullable<Warning['ways']>[number];

/** The field a warning is about, in words. */
export function fieldName(path: string | undefined, languages: readonly string[]): string {
  if (path === 'title') return t('compose.fieldTitle');
  if (path?.startsWith('audience')) return t('compose.fieldAudience');
  const place = Number(/\[(\d+)\]/.exec(path ?? '')?.[1] ?? 0);
  if (path?.startsWith('bodies'))
    return t('compose.fieldBody', { language: ownName(languages[place] ?? '') });
  if (path?.startsWith('choices')) return t('compose.fieldChoice', { n: place + 1 });
  return t('compose.fieldOther');
}

/** Long numbers are written as people dial them; short codes and what is written in a text stay as they are. */
const dialled = (number: string): string =>
  /^\+?\d{9,}$/.test(number) ? phoneText(`+${number.replace(/^\+/, '')}`) : number;

const translate = t as (key: Key, params: Record<string, string | number>) => string;

/** A warning in one sentence; codes the console does not know yet are shown as they are. */
export function warningText(warning: Warning | FieldProblem, languages: readonly string[]): string {
  const name = `warn_${warning.code}`;
  const key = name in sheetWords ? `sheet.${name}` : name in words ? `compose.${name}` : 'compose.warn_other';
  return translate(key as Key, {
    ...warning.params,
    ...(warning.params?.number && { number: dialled(warning.params.number) }),
    code: warning.params?.code ?? warning.code,
    field: fieldName(warning.path, languages),
    n: 'people' in warning ? (warning.people ?? 0) : 0
  });
}

/** What to do about a warning, in words. */
export const wayText = (way: Way, warning: Warning): string =>
  translate(`sheet.way_${way}` as Key, { ...warning.params });

/** What is still to be filled in is no warning while somebody writes: the steps show it. */
export const isGap = (warning: Warning): boolean => warning.code === 'required';

/** Worst first: what keeps it from going out, then the others in the server's order. */
export const worstFirst = (warnings: readonly Warning[]): Warning[] =>
  warnings.toSorted((a, b) => Number(b.blocking ?? false) - Number(a.blocking ?? false));

export type CountryNotes = {
  readonly country: string;
  readonly people: number;
  readonly warnings: readonly Warning[];
};

/** The warnings about countries, a country at a time, in the server's order. */
export function byCountry(warnings: readonly Warning[]): CountryNotes[] {
  const notes = new Map<string, Warning[]>();
  for (const warning of warnings)
    if (warning.country) notes.set(warning.country, [...(notes.get(warning.country) ?? []), warning]);
  return [...notes].map(([country, list]) => ({
    country,
    people: Math.max(...list.map((warning) => warning.people ?? 0)),
    warnings: list
  }));
}

/** The notes somebody has to have read before it goes out: those about countries that do not keep it back. */
export const toRead = (warnings: readonly Warning[]): number =>
  warnings.filter((warning) => warning.country && !warning.blocking).length;
