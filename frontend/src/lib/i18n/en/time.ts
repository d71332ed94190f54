export default {
  justNow: 'just now',
  minutesAgo: { one: '{n} min ago', other: '{n} min ago' },
  hoursAgo: { one: '{n} h ago', other: '{n} h ago' },
  daysAgo: { one: '{n} day ago', other: '{n} days ago' },
  seconds: { one: '{n} s', other: '{n} s' },
  minutes: { one: '{n} min', other: '{n} min' },
  hoursMinutes: '{h} h {m} min',
  days: { one: '{n} day', other: '{n} days' },
  elapsed: '{span} elapsed',
  remaining: 'about {span} left'
} as const;
