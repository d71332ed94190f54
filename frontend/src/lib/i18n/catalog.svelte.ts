import en from './en';
import type { Message, Params, ParamsOf } from './types';

type Catalog = typeof en;

/** Every text has the key `area.name`. */
export type Key = { [A in keyof Catalog & string]: `${A}.${keyof Catalog[A] & string}` }[keyof Catalog &
  string];

type MessageOf<K extends Key> = K extends `${infer A}.${infer N}`
  ? A extends keyof Catalog
    ? N extends keyof Catalog[A]
      ? Catalog[A][N]
      : never
    : never
  : never;

type Args<K extends Key> = [ParamsOf<MessageOf<K>>] extends [never]
  ? []
  : [{ readonly [P in ParamsOf<MessageOf<K>>]: P extends 'n' ? number : string | number }];

type Loaded = Readonly<Record<string, Readonly<Record<string, Message>>>>;

export const LOCALES = ['ja', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

const STORE = 'noroshi.locale';

const state = $state<{ locale: Locale }>({ locale: 'en' });
let catalog = $state.raw<Loaded>(en);

export function isLocale(value: string): value is Locale {
  return (LOCALES as readonly string[]).includes(value);
}

/** The language of the console now; reading it in a component makes the component follow a switch. */
export function locale(): Locale {
  return state.locale;
}

/** The language chosen before on this device, else the browser's first that the console speaks. */
export function preferredLocale(): Locale {
  const kept = readKept();
  if (kept) return kept;
  for (const tag of navigator.languages ?? []) {
    const base = tag.slice(0, 2);
    if (isLocale(base)) return base;
  }
  return 'en';
}

/** Fetches a language and switches to it at once, without a reload. */
export async function loadLocale(next: Locale, keep = false): Promise<void> {
  const loaded: Loaded = next === 'ja' ? (await import('./ja')).default : en;
  catalog = loaded;
  state.locale = next;
  document.documentElement.lang = next;
  if (keep) {
    try {
      localStorage.setItem(STORE, next);
    } catch {
      // A closed storage only means that the choice lasts until the page is left.
    }
  }
}

function readKept(): Locale | null {
  try {
    const kept = localStorage.getItem(STORE);
    return kept && isLocale(kept) ? kept : null;
  } catch {
    return null;
  }
}

function lookUp(key: string, params?: Params): string {
  const dot = key.indexOf('.');
  const area = key.slice(0, dot);
  const name = key.slice(dot + 1);
  const message = catalog[area]?.[name] ?? (en as Loaded)[area]?.[name] ?? key;
  if (typeof message === 'string') return message;
  const form = new Intl.PluralRules(state.locale).select(Number(params?.n ?? 0));
  return (form === 'one' && message.one) || message.other;
}

function shown(value: string | number): string {
  return typeof value === 'number' ? new Intl.NumberFormat(state.locale).format(value) : value;
}

/** The text of a key in the language of the console, with numbers written as the language writes them. */
export function t<K extends Key>(key: K, ...args: Args<K>): string {
  const params = args[0] as Params | undefined;
  return lookUp(key, params).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params?.[name];
    return value === undefined ? whole : shown(value);
  });
}

/** A piece of a text: words, or a parameter with its name, so that a page can set figures in bold. */
export type Part = { readonly name: string | null; readonly text: string };

/** The text of a key cut at its parameters. */
export function parts<K extends Key>(key: K, ...args: Args<K>): Part[] {
  const params = args[0] as Params | undefined;
  return lookUp(key, params)
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      const value = name === undefined ? undefined : params?.[name];
      return value === undefined ? { name: null, text: piece } : { name: name ?? null, text: shown(value) };
    });
}
