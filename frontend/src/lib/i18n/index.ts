export {
  t,
  parts,
  loadLocale,
  locale,
  isLocale,
  LOCALES,
  type Key,
  type Locale,
  type Part
} from './catalog.svelte';
export {
  setZone,
  zone,
  zoneLabel,
  number,
  percent,
  clock,
  clockOrDate,
  clockSeconds,
  date,
  dateTime,
  dateTimeSeconds,
  longDate,
  monthDay,
  ago,
  span,
  list,
  languageName,
  countryName
} from './format.svelte';
export type { Message, Params, Translated } from './types';
