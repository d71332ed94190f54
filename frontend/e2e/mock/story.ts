import type { Api } from '../../src/lib/api/types';

/** One night at Aomine Seiki, an invented company; every figure agrees with the others. */
export const NOW = '2026-11-21T18:41:08Z';
export const LIVE_ID = '01hq3live0001';
export const DRILL_ID = '01hq3drill002';

export type Lang = 'ja' | 'en';
const pick = (lang: Lang, ja: string, en: string) => (lang === 'ja' ? ja : en);
const at = (clock: string, day = '2026-11-22') => new Date(`${day}T${clock}+09:00`).toISOString();

const tallyOf = (part: Partial<Api<'Tally'>>): Api<'Tally'> => ({
  audience: 0,
  unreachable: 0,
  waiting: 0,
  sending: 0,
  accepted: 0,
  delivered: 0,
  failed: 0,
  unknown: 0,
  answered: 0,
  needHelp: 0,
  unread: 0,
  commented: 0,
  uncertain: 0,
  inferred: 0,
  parts: 0,
  partsSent: 0,
  ...part
});

function broadcast(
  lang: Lang,
  id: string,
  title: string,
  mode: 'live' | 'drill',
  state: Api<'BroadcastState'>,
  launchedAt: string,
  by: string
): Api<'Broadcast'> {
  const choices: Api<'Choice'>[] = [
    { code: 'A', label: pick(lang, '無事', 'Safe'), tone: 'ok' },
    { code: 'B', label: pick(lang, '軽傷', 'Slightly injured'), tone: 'warn' },
    { code: 'C', label: pick(lang, '救助が必要', 'Need help'), tone: 'bad' },
    { code: 'D', label: pick(lang, '出社不可', 'Cannot come to work'), tone: 'warn' }
  ];
  return {
    id,
    version: 4,
    state,
    content: {
      title,
      mode,
      urgency: 'urgent',
      choices,
      bodies: [
        {
          language: 'ja',
          text: '【安否確認】青嶺精機\n{{name}}様 震度6弱の地震がありました。記号1文字で返信してください。'
        },
        {
          language: 'en',
          text: 'Aomine Seiki safety check: {{name}}, an earthquake hit Kanagawa. Reply with one letter.'
        }
      ],
      audience: { everyone: true }
    },
    createdAt: launchedAt,
    createdBy: by,
    launchedAt,
    launchedBy: by,
    replyNumbers: ['+818000000110']
  };
}

const nakamura = (lang: Lang) => pick(lang, '中村 健一', 'Kenichi Nakamura');
const sato = (lang: Lang) => pick(lang, '佐藤 美和', 'Miwa Sato');
const ito = (lang: Lang) => pick(lang, '伊藤 亮', 'Ryo Ito');

export const liveTally = tallyOf({
  audience: 12_480,
  waiting: 214,
  accepted: 212,
  delivered: 11_871,
  failed: 183,
  answered: 8_100,
  needHelp: 37,
  unread: 12,
  commented: 1_204,
  inferred: 96,
  parts: 24_387,
  partsSent: 23_961
});

export const answers = (lang: Lang): Api<'ChoiceCount'>[] => [
  { code: 'A', label: pick(lang, '無事', 'Safe'), tone: 'ok', count: 7_604 },
  { code: 'B', label: pick(lang, '軽傷', 'Slightly injured'), tone: 'warn', count: 238 },
  { code: 'C', label: pick(lang, '救助が必要', 'Need help'), tone: 'bad', count: 37 },
  { code: 'D', label: pick(lang, '出社不可', 'Cannot come to work'), tone: 'warn', count: 221 }
];

export function result(lang: Lang): Api<'BroadcastResult'> {
  const title = pick(
    lang,
    '地震発生に伴う安否確認（神奈川県東部 震度6弱）',
    'Safety check: earthquake, eastern Kanagawa (intensity 6-lower)'
  );
  const curve = [
    [15, 0],
    [16, 900],
    [17, 2_000],
    [18, 3_120],
    [20, 4_200],
    [22, 5_000],
    [25, 5_700],
    [29, 6_240],
    [32, 6_900],
    [36, 7_600],
    [41, 8_100]
  ] as const;
  const departments = [
    ['アユタヤ工場', 'Ayutthaya plant', 742, 118, 0],
    ['川崎物流センター', 'Kawasaki logistics', 864, 402, 9],
    ['横浜工場', 'Yokohama plant', 2_916, 1_562, 21],
    ['北関東工場', 'Kita-Kanto plant', 1_301, 784, 3],
    ['相模原研究所', 'Sagamihara lab', 1_108, 688, 3],
    ['海外拠点', 'Overseas offices', 385, 275, 0],
    ['名古屋工場', 'Nagoya plant', 1_688, 1_236, 0],
    ['本社', 'Head office', 1_640, 1_350, 1],
    ['仙台支店', 'Sendai branch', 420, 367, 0],
    ['大阪支社', 'Osaka office', 610, 535, 0],
    ['九州支社', 'Kyushu office', 640, 588, 0],
    ['広島支店', 'Hiroshima branch', 166, 195, 0]
  ] as const;
  return {
    broadcast: broadcast(lang, LIVE_ID, title, 'live', 'sending', at('03:14:10'), nakamura(lang)),
    tally: liveTally,
    answers: answers(lang),
    milestones: [{ percent: 25, at: at('03:18:00') }, { percent: 50, at: at('03:29:00') }, { percent: 75 }],
    curve: curve.map(([minute, answered]) => ({ at: at(`03:${minute}:00`), answered })),
    departments: departments.map(([ja, en, audience, answered, needHelp]) => ({
      name: pick(lang, ja, en),
      audience,
      answered: Math.min(answered, audience),
      needHelp
    })),
    failures: [
      { reason: 'invalid_number', count: 121 },
      { reason: 'expired', count: 49 },
      { reason: 'rejected', count: 13 }
    ],
    progress: {
      percent: 98.2,
      perSecond: 1,
      lastPersonAt: at('03:45:00'),
      classes: [
        { priority: 'first', people: 62, served: 62 },
        { priority: 'normal', people: 11_936, served: 11_936 },
        { priority: 'later', people: 380, served: 166, lastPersonAt: at('03:45:00') }
      ]
    },
    at: NOW
  };
}

export const drill = (lang: Lang): Api<'BroadcastSummary'> => ({
  broadcast: broadcast(
    lang,
    DRILL_ID,
    pick(lang, '【訓練】九州支社 避難訓練', '[DRILL] Kyushu office evacuation'),
    'drill',
    'open',
    at('15:00:00', '2026-11-21'),
    sato(lang)
  ),
  tally: tallyOf({
    audience: 640,
    delivered: 632,
    accepted: 8,
    answered: 596,
    parts: 1_280,
    partsSent: 1_280
  }),
  answers: []
});

export function recent(lang: Lang): Api<'BroadcastSummary'>[] {
  const rows = [
    [
      '01hq3past0003',
      '台風24号 翌日の出社について',
      'Typhoon 24: work tomorrow',
      'live',
      '2026-11-14',
      '17:30',
      sato(lang),
      9_204,
      98.8,
      91.2
    ],
    [
      '01hq3past0004',
      '【訓練】全社安否確認 秋',
      '[DRILL] All staff, autumn',
      'drill',
      '2026-11-05',
      '10:00',
      nakamura(lang),
      12_431,
      97.4,
      95.6
    ],
    [
      '01hq3past0005',
      '名古屋工場 停電のお知らせ',
      'Nagoya plant: power cut',
      'live',
      '2026-10-28',
      '06:12',
      ito(lang),
      1_688,
      99.1,
      88.7
    ],
    [
      '01hq3past0006',
      '健康診断 予約のお願い',
      'Book your health check',
      'live',
      '2026-10-20',
      '09:00',
      sato(lang),
      4_310,
      99.3,
      97
    ]
  ] as const;
  return rows.map(([id, ja, en, mode, day, clock, by, audience, delivered, answered]) => ({
    broadcast: broadcast(lang, id, pick(lang, ja, en), mode, 'closed', at(`${clock}:00`, day), by),
    tally: tallyOf({
      audience,
      delivered: Math.round((audience * delivered) / 100),
      failed: audience - Math.round((audience * delivered) / 100),
      answered: Math.round((audience * answered) / 100)
    })
  }));
}

const route = (name: string, part: Partial<Api<'RouteState'>>): Api<'RouteState'> => ({
  name,
  simulator: false,
  state: 'bound',
  since: at('00:00:00', '2026-11-20'),
  rate: 0,
  limit: 30,
  window: 20,
  inFlight: 0,
  submitted: 10_000,
  refusals: 0,
  receipts: 9_800,
  texts: 400,
  badPdus: 0,
  sessions: [],
  ...part
});

export const routeStates = (lang: Lang): Api<'RouteState'>[] => [
  route(pick(lang, '国内SMS 第1', 'Domestic SMS 1'), {
    responseMs: 300,
    host: 'smsc1.carrier.example:3550',
    replyNumber: '+818000000110'
  }),
  route(pick(lang, '国内SMS 第2', 'Domestic SMS 2'), {
    limit: 10,
    window: 10,
    responseMs: 400,
    replyNumber: '+818000000110'
  }),
  route(pick(lang, 'アジアSMS', 'Asia SMS'), {
    sender: 'AOMINE',
    limit: 1,
    window: 10,
    inFlight: 7,
    rate: 1,
    state: 'throttling',
    reason: 'throttled',
    topic: 'status_58',
    status: 'ESME_RTHROTTLED',
    statusCode: 0x58,
    retryAt: '2026-11-21T18:41:10Z',
    cut: 0.5,
    countries: ['TH', 'VN', 'SG'],
    tls: true,
    host: 'smpp.asia.example:2776',
    responseMs: 810,
    advice: [{ code: 'receipts_of_one_part', params: { messages: '20', setting: 'dlr_parts: any' } }],
    sessions: [
      {
        peer: 'smpp.asia.example:2776',
        mode: 'trx',
        state: 'throttling',
        since: '2026-11-21T09:02:00Z',
        inFlight: 7
      },
      {
        peer: 'smpp2.asia.example:2776',
        mode: 'trx',
        state: 'down',
        since: '2026-11-21T18:30:00Z',
        topic: 'port_closed',
        retryAt: '2026-11-21T18:41:20Z',
        inFlight: 0
      }
    ]
  }),
  route(pick(lang, '訓練シミュレーター', 'Simulator'), { simulator: true, limit: 40, responseMs: 2 })
];

export const signals: Api<'Signals'> = {
  needHelp: 37,
  needHelpBroadcast: LIVE_ID,
  unread: 12,
  running: 2,
  at: NOW
};

export const home = (lang: Lang): Api<'Home'> => {
  const live = result(lang);
  return {
    signals,
    running: [{ broadcast: live.broadcast, tally: live.tally, answers: live.answers }, drill(lang)],
    recent: recent(lang),
    recipients: 12_650,
    unreachable: 102,
    routes: routeStates(lang)
  };
};

export const session = (lang: Lang, permissions = ['*']): Api<'Session'> => ({
  account: { id: '01hq3acct0001', name: nakamura(lang), email: 'k.nakamura@aomine.example', language: lang },
  organisation: {
    name: pick(lang, '青嶺精機株式会社', 'Aomine Seiki Co., Ltd.'),
    timezone: 'Asia/Tokyo',
    language: 'ja',
    country: 'JP'
  },
  permissions,
  csrfToken: 'token-of-the-story',
  demo: false,
  version: '1.0.0',
  expiresAt: '2026-11-23T18:41:08Z'
});

export const system = (lang: Lang): Api<'System'> => ({
  version: '1.0.0',
  startedAt: '2026-10-11T00:00:00Z',
  memoryBytes: 190_000_000,
  routes: routeStates(lang),
  queue: { urgent: 1, normal: 0, pendingParts: 359, retryParts: 0, uncertain: 0, orphans: 0 },
  ledger: {
    seq: 1_204_881,
    diskBytes: 9_000_000_000,
    freeBytes: 184_000_000_000,
    commitMs: 1.4,
    state: 'ok'
  },
  at: NOW
});
