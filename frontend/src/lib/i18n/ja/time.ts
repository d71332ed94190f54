import type en from '../en/time';
import type { Translated } from '../types';

export default {
  justNow: 'たった今',
  minutesAgo: { other: '{n}分前' },
  hoursAgo: { other: '{n}時間前' },
  daysAgo: { other: '{n}日前' },
  seconds: { other: '{n}秒' },
  minutes: { other: '{n}分' },
  hoursMinutes: '{h}時間{m}分',
  days: { other: '{n}日' },
  elapsed: '{span}経過',
  remaining: '残り約{span}'
} satisfies Translated<typeof en>;
