import { t, type Key } from '$lib/i18n';
import errors from '$lib/i18n/en/errors';
import type { ApiError, FieldProblem } from './error';

/** The text of a stable code; codes that the console does not know yet show a general text. */
function textOf(code: string, params: Record<string, string>, fallback: Key): string {
  const translate = t as (key: Key, params: Record<string, string>) => string;
  return translate(code in errors ? (`errors.${code}` as Key) : fallback, params);
}

/** What went wrong, in words for the person who asked. */
export const errorText = (error: ApiError): string =>
  textOf(
    error.code,
    error.params,
    error.status >= 500 || error.status === 0 ? 'errors.internal' : 'errors.refused'
  );

/** What is wrong with a field; undefined when nothing is, so that it can be passed on as it is. */
export const fieldText = (problem: FieldProblem | undefined): string | undefined =>
  problem && textOf(problem.code, problem.params, 'errors.invalid_field');
