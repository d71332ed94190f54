import type { ApiError } from '$lib/api';

/** What is asked at the set-up, as it is typed. */
export type Answers = {
  token: string;
  organisation: string;
  country: string;
  timezone: string;
  language: string;
  name: string;
  email: string;
  password: string;
};

export type Step = 'organisation' | 'locale' | 'admin' | 'routes';
export const STEPS: readonly Step[] = ['organisation', 'locale', 'admin', 'routes'];
export const PASSWORD_LENGTH = 12;

/** The page that asks for each field of the request, to lead back to where something is wrong. */
const places: Record<string, Step> = {
  token: 'organisation',
  'organisation.name': 'organisation',
  'organisation.country': 'locale',
  'organisation.timezone': 'locale',
  'organisation.language': 'locale',
  name: 'admin',
  email: 'admin',
  password: 'admin'
};

/** The first step that holds something the server refused. */
export function stepOf(error: ApiError): Step | null {
  const found = error.fields.map((field) => places[field.path]).filter((step) => step !== undefined);
  if (found.length > 0) return STEPS.find((step) => found.includes(step)) ?? null;
  if (error.code.includes('token')) return 'organisation';
  if (error.code.includes('password')) return 'admin';
  return null;
}

/** True when a step holds all that the server will ask of it. */
export function isComplete(step: Step, answers: Answers): boolean {
  if (step === 'organisation') return answers.token.trim() !== '' && answers.organisation.trim() !== '';
  if (step === 'locale') return answers.timezone !== '' && answers.language !== '' && answers.country !== '';
  if (step === 'admin')
    return (
      answers.name.trim() !== '' &&
      /^\S+@\S+$/.test(answers.email.trim()) &&
      [...answers.password].length >= PASSWORD_LENGTH
    );
  return true;
}

/** The countries of the zones the product is used in. */
const COUNTRIES: Record<string, string> = {
  'Asia/Tokyo': 'JP',
  'Asia/Seoul': 'KR',
  'Asia/Taipei': 'TW',
  'Asia/Shanghai': 'CN',
  'Asia/Hong_Kong': 'HK',
  'Asia/Singapore': 'SG',
  'Asia/Kuala_Lumpur': 'MY',
  'Asia/Bangkok': 'TH',
  'Asia/Jakarta': 'ID',
  'Asia/Ho_Chi_Minh': 'VN',
  'Asia/Kolkata': 'IN'
};

/**
 * What the browser knows already: most organisations sit where their first admin does. A machine that keeps UTC says
 * nothing about its place; there the language decides.
 */
export function firstAnswers(locale: string): Answers {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const timezone = own && own !== 'UTC' ? own : locale === 'ja' ? 'Asia/Tokyo' : 'UTC';
  const region = new Intl.Locale(navigator.language || locale).maximize().region;
  return {
    token: '',
    organisation: '',
    country: COUNTRIES[timezone] ?? region ?? 'JP',
    timezone,
    language: locale,
    name: '',
    email: '',
    password: ''
  };
}
