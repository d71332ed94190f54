import { locale, t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/system';

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in the unit that people say it in; 1 kB is 1,000 bytes, as disks are sold. */
export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
  return unit(value / 1000 ** step, SIZES[step] ?? 'byte', value / 1000 ** step < 10 ? 1 : 0);
}

export const milliseconds = (value: number): string => unit(value, 'millisecond', value < 10 ? 1 : 0);

function unit(value: number, name: string, digits: number): string {
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: name,
    unitDisplay: name === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits
  }).format(value);
}

/** Why a route is not simply connected, in words; codes that the console does not know yet get a general text. */
export function reasonText(code: string): string {
  const key = `reason_${code}`;
  return t((key in words ? `system.${key}` : 'system.reason_other') as Key & 'system.reason_other');
}

/** What lies behind a reason more closely; undefined when there are no words for it. */
export function topicText(topic: string | undefined): string | undefined {
  const key = `topic_${topic}`;
  return key in words ? t(`system.${key}` as Key & 'system.topic_status_00') : undefined;
}

/** Why a session is not up, from the closest words there are. */
export const whyText = (topic: string | undefined): string | undefined =>
  topic === undefined ? undefined : (topicText(topic) ?? reasonText(topic));

/** A command_status as operators speak of it: its name and its number. */
export function statusText(name: string | undefined, code: number | undefined): string {
  const number = code === undefined ? '' : `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (!name || name.startsWith('0x')) return number;
  return number ? `${name} (${number})` : name;
}

/** How many sessions to each host are up, in the order in which the hosts come first. */
export function hostsOf(sessions: readonly { peer: string; state: string }[]) {
  const hosts = new Map<string, { peer: string; up: number; all: number }>();
  for (const { peer, state } of sessions) {
    const host = hosts.get(peer) ?? { peer, up: 0, all: 0 };
    host.all++;
    if (state === 'bound' || state === 'throttling') host.up++;
    hosts.set(peer, host);
  }
  return [...hosts.values()];
}

/** How many of ten cells are filled: something that is there is seen, and only a full window fills all. */
export function filledCells(inFlight: number, window: number): number {
  if (inFlight <= 0 || window <= 0) return 0;
  if (inFlight >= window) return 10;
  return Math.min(9, Math.max(1, Math.round((inFlight / window) * 10)));
}
