import type { Api, FieldProblem } from '$lib/api';
import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/compose';
import { ownName } from '$lib/components/languages';

export type Warning = Api<'PreviewWarning'>;

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

/** A warning in one sentence; codes the console does not know yet are shown as they are. */
export function warningText(warning: Warning | FieldProblem, languages: readonly string[]): string {
  const translate = t as (key: Key, params: Record<string, string | number>) => string;
  const key = `warn_${warning.code}`;
  return translate((key in words ? `compose.${key}` : 'compose.warn_other') as Key, {
    ...warning.params,
    code: warning.code,
    field: fieldName(warning.path, languages),
    n: 'people' in warning ? (warning.people ?? 0) : 0
  });
}

/** What is still to be filled in is no warning while somebody writes: the steps show it. */
export const isGap = (warning: Warning): boolean => warning.code === 'required';

/** Worst first: what keeps it from going out, then the others in the server's order. */
export const worstFirst = (warnings: readonly Warning[]): Warning[] =>
  warnings.toSorted((a, b) => Number(b.blocking ?? false) - Number(a.blocking ?? false));
