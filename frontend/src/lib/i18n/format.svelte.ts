import { locale, t } from './catalog.svelte';
import zones from './en/zones';

/** All times are shown in the zone of the organisation: the browser's zone is wrong for a remote admin. */
const state = $state({ zone: 'UTC' });

type Moment = string | number | Date;

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache; nothing waits for it to change
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()}|${state.zone}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale() === 'ja' ? 'ja-JP' : 'en-US', {
      timeZone: state.zone,
      ...options
    });
    formats.set(key, made);
  }
  return made;
}

const at = (moment: Moment) => (moment instanceof Date ? moment : new Date(moment));

export function setZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    state.zone = zone;
  } catch {
    state.zone = 'UTC';
  }
}

export const zone = (): string => state.zone;

/** The city of a zone in the language of the console; zones without a name of ours show their own. */
export function zoneLabel(name: string = state.zone): string {
  const city = name.slice(name.lastIndexOf('/') + 1);
  return city in zones ? t(`zones.${city as keyof typeof zones}`) : city.replaceAll('_', ' ');
}

export const number = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** The share of a whole with one decimal; an empty whole has no share. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '—';
  const share = new Intl.NumberFormat(locale(), {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1
  });
  return share.format(part / whole);
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const SECONDS = { ...CLOCK, second: '2-digit' } as const;

/** 03:41 */
export const clock = (moment: Moment): string => format(CLOCK).format(at(moment));
/** 03:41:08 */
export const clockSeconds = (moment: Moment): string => format(SECONDS).format(at(moment));
/** 2026/11/22, Nov 22, 2026 */
export const date = (moment: Moment): string =>
  format(
    locale() === 'ja'
      ? { year: 'numeric', month: '2-digit', day: '2-digit' }
      : { year: 'numeric', month: 'short', day: 'numeric' }
  ).format(at(moment));
/** 11/22, Nov 22 */
export const monthDay = (moment: Moment): string =>
  format(
    locale() === 'ja' ? { month: '2-digit', day: '2-digit' } : { month: 'short', day: 'numeric' }
  ).format(at(moment));
/** 2026年11月22日（日）, Sunday, November 22, 2026 */
export const longDate = (moment: Moment): string =>
  format(
    locale() === 'ja'
      ? { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }
      : { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }
  )
    .format(at(moment))
    .replace(/\(/g, '（')
    .replace(/\)/g, '）');
/** 11/22 03:41, or with the year when it is not this one */
export function dateTime(moment: Moment, now: Moment = Date.now()): string {
  const year = { year: 'numeric' } as const;
  const same = format(year).format(at(moment)) === format(year).format(at(now));
  return `${same ? monthDay(moment) : date(moment)} ${clock(moment)}`;
}
/** 03:41 today, 11/21 15:00 on other days */
export const clockOrDate = (moment: Moment, now: Moment = Date.now()): string =>
  date(moment) === date(now) ? clock(moment) : dateTime(moment, now);
export const dateTimeSeconds = (moment: Moment): string => `${date(moment)} ${clockSeconds(moment)}`;

/** How long ago, in the shortest words that are still exact enough. */
export function ago(moment: Moment, now: number = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - at(moment).getTime()) / 60_000));
  if (minutes < 1) return t('time.justNow');
  if (minutes < 60) return t('time.minutesAgo', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t('time.hoursAgo', { n: hours });
  return t('time.daysAgo', { n: Math.floor(hours / 24) });
}

/** A length of time in words, rounded to what a person plans by. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return t('time.seconds', { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('time.minutes', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t('time.hoursMinutes', { h: hours, m: minutes % 60 });
  return t('time.days', { n: Math.floor(hours / 24) });
}

export const list = (words: readonly string[]): string =>
  locale() === 'ja' ? words.join('・') : words.join(' · ');

export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}
