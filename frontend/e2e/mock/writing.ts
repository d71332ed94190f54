import type { Api } from '../../src/lib/api/types';
import type { Lang } from './story';

const pick = (lang: Lang, ja: string, en: string) => (lang === 'ja' ? ja : en);

export const DRAFT_ID = '01hq3draft007';

export const groups = (lang: Lang): Api<'Group'>[] =>
  (
    [
      ['01hq3group001', '全社員', 'All staff', '役員・社員・嘱託', 'Officers, employees, advisers', 12_650],
      [
        '01hq3group002',
        '横浜工場 保全',
        'Yokohama maintenance',
        '夜間の一次対応',
        'First response at night',
        48
      ],
      ['01hq3group003', '防災担当者', 'Emergency wardens', '各拠点2名', 'Two at each site', 62],
      ['01hq3group004', '海外駐在', 'Expatriates', 'アジア9か国', 'Nine countries in Asia', 385]
    ] as const
  ).map(([id, ja, en, noteJa, noteEn, count]) => ({
    id,
    version: 3,
    name: pick(lang, ja, en),
    description: pick(lang, noteJa, noteEn),
    priority: id === '01hq3group003' ? 'first' : id === '01hq3group004' ? 'later' : 'normal',
    count,
    updatedAt: '2026-11-18T02:10:00Z'
  }));

export const departments = (lang: Lang): Api<'Department'>[] =>
  (
    [
      ['横浜工場', 'Yokohama plant', 2_916],
      ['名古屋工場', 'Nagoya plant', 1_688],
      ['本社', 'Head office', 1_640],
      ['北関東工場', 'Kita-Kanto plant', 1_301],
      ['相模原研究所', 'Sagamihara lab', 1_108],
      ['川崎物流センター', 'Kawasaki logistics', 864],
      ['アユタヤ工場', 'Ayutthaya plant', 742],
      ['九州支社', 'Kyushu office', 640],
      ['大阪支社', 'Osaka office', 610],
      ['仙台支店', 'Sendai branch', 420]
    ] as const
  ).map(([ja, en, count]) => ({ name: pick(lang, ja, en), count }));

const choices = (lang: Lang): Api<'Choice'>[] => [
  { label: pick(lang, '無事', 'Safe'), tone: 'ok' },
  { label: pick(lang, '軽傷', 'Slightly injured'), tone: 'warn' },
  { label: pick(lang, '救助が必要', 'Need help'), tone: 'bad' },
  { label: pick(lang, '出社不可', 'Cannot come'), tone: 'warn' }
];

export const liveContent: Api<'BroadcastContent'> = {
  title: '地震発生に伴う安否確認（神奈川県東部 震度6弱）',
  mode: 'live',
  urgency: 'urgent',
  bodies: [
    {
      language: 'ja',
      text: '【安否確認】青嶺精機\n{{name}}様 震度6弱の地震がありました。記号1文字で返信してください。'
    },
    { language: 'th', text: 'อาโอมิเนะ เซกิ: คุณ{{name}} เกิดแผ่นดินไหว กรุณาตอบกลับด้วยอักษรหนึ่งตัว' },
    { language: 'en', text: 'Aomine Seiki: {{name}}, an earthquake hit Kanagawa. Reply with one letter.' }
  ],
  choices: choices('ja'),
  audience: { everyone: true }
};

export const drillContent: Api<'BroadcastContent'> = {
  title: 'Fire drill, Yokohama plant',
  mode: 'drill',
  urgency: 'normal',
  bodies: [
    {
      language: 'en',
      text: 'Fire drill, Yokohama plant. An exercise: please don’t call 119. {{name}}, reply with one letter.'
    },
    { language: 'ja', text: '横浜工場 防火訓練です。{{name}}様、記号1文字で返信してください。' }
  ],
  choices: [
    { label: 'At the assembly point', tone: 'ok' },
    { label: 'On my way', tone: 'warn' },
    { label: 'Away today', tone: 'warn' }
  ],
  audience: { departments: ['Yokohama plant'] }
};

export const draft = (content: Api<'BroadcastContent'>, version = 1): Api<'Broadcast'> => ({
  id: DRAFT_ID,
  version,
  state: 'draft',
  content,
  createdAt: '2026-11-21T18:12:10Z',
  createdBy: 'Kenichi Nakamura'
});

/** By country and route; the sums are those of the story. */
const liveSheet: Pick<Api<'Preview'>, 'groups' | 'stages' | 'costs'> = {
  groups: [
    {
      country: 'JP',
      route: '国内SMS 1',
      people: 11_437,
      messages: 11_406,
      parts: 22_408,
      partsEach: 2,
      partsMost: 2,
      encoding: 'ucs2',
      seconds: 540,
      cost: { currency: 'JPY', minor: 201_672 },
      replyTo: '818000000110'
    },
    {
      country: 'TH',
      route: 'アジアSMS',
      people: 742,
      messages: 742,
      parts: 1_484,
      partsEach: 2,
      partsMost: 2,
      encoding: 'ucs2',
      seconds: 1_980,
      cost: { currency: 'JPY', minor: 11_872 },
      replyTo: '66800000001'
    },
    {
      country: 'VN',
      route: 'アジアSMS',
      people: 131,
      messages: 131,
      parts: 262,
      partsEach: 2,
      partsMost: 3,
      encoding: 'mixed',
      seconds: 1_720,
      cost: { currency: 'JPY', minor: 2_096 }
    },
    {
      country: 'SG',
      route: 'アジアSMS',
      people: 170,
      messages: 170,
      parts: 233,
      partsEach: 1,
      partsMost: 2,
      encoding: 'gsm7',
      seconds: 1_790,
      cost: { currency: 'JPY', minor: 1_262 },
      replyTo: '66800000001'
    }
  ],
  stages: [
    { priority: 'first', people: 62, parts: 124, seconds: 45 },
    { priority: 'normal', people: 12_418, parts: 24_263, seconds: 1_980 }
  ],
  costs: [{ currency: 'JPY', minor: 216_902 }]
};

const drillSheet: Pick<Api<'Preview'>, 'groups' | 'stages' | 'costs'> = {
  groups: [
    {
      country: 'JP',
      route: 'Simulator',
      people: 2_916,
      messages: 2_885,
      parts: 6_060,
      partsEach: 2,
      partsMost: 3,
      encoding: 'mixed',
      seconds: 153,
      replyTo: '818000000110'
    }
  ],
  stages: [{ priority: 'normal', people: 2_916, parts: 6_060, seconds: 153 }],
  costs: []
};

/** What Vietnam and Thailand have against the LIVE broadcast, until the text is mended. */
function countryNotes(content: Api<'BroadcastContent'>): Api<'PreviewWarning'>[] {
  const thai = content.bodies.findIndex((body) => body.language === 'th');
  const told = thai < 0 || content.bodies[thai]?.text.includes('{{reply_number}}');
  return [
    {
      code: 'country_cannot_answer',
      country: 'VN',
      route: 'アジアSMS',
      people: 131,
      ways: ['answer_link_not_yet']
    },
    ...(told
      ? []
      : [
          {
            code: 'country_number_missing',
            country: 'TH',
            route: 'アジアSMS',
            people: 742,
            params: { number: '66800000001' },
            texts: [thai],
            ways: ['insert_reply_number' as const]
          }
        ])
  ];
}

const lines = (content: Api<'BroadcastContent'>) =>
  content.choices.map((choice, index) => `${'ABCDEFGH'[index]}:${choice.label}`).join('\n');

/** What the server would say of the two drafts of the story; of any other content it says little. */
export function preview(content: Api<'BroadcastContent'>): Api<'Preview'> {
  const none = { selected: 0, unreachable: 0, optedOut: 0, people: 0, messages: 0, parts: 0 };
  const live = {
    selected: 12_650,
    unreachable: 102,
    optedOut: 68,
    people: 12_480,
    messages: 12_449,
    parts: 24_387
  };
  const drill = {
    selected: 2_941,
    unreachable: 19,
    optedOut: 6,
    people: 2_916,
    messages: 2_885,
    parts: 6_060
  };
  const { audience } = content;
  const figures = audience.everyone ? live : audience.departments || audience.groups ? drill : none;
  const people = figures.people;
  const shares: Record<string, number> = audience.everyone
    ? { ja: 11_204, th: 742, en: 534 }
    : { ja: 2_688, en: 228 };
  const mark = (language: string) =>
    content.mode === 'drill' ? (language === 'ja' ? '【訓練】' : '[DRILL] ') : '';
  const texts = content.bodies.map((body): Api<'TextGroup'> => {
    const name = body.language === 'ja' ? '高橋 美咲' : 'Lim Wei';
    const sample = `${mark(body.language)}${body.text.replaceAll('{{name}}', name)}${content.choices.length ? `\n${lines(content)}` : ''}`;
    const curly = body.text.includes('’');
    const gsm = body.language === 'en' && !curly;
    const units = [...sample].length;
    const parts = gsm ? (units <= 160 ? 1 : Math.ceil(units / 153)) : units <= 70 ? 1 : Math.ceil(units / 67);
    const over = gsm ? units - 160 : units - 70;
    return {
      language: body.language,
      people: people === 0 ? 0 : (shares[body.language] ?? 0),
      encoding: gsm ? 'gsm7' : 'ucs2',
      units,
      limit: parts === 1 ? (gsm ? 160 : 70) : parts * (gsm ? 153 : 67),
      parts,
      ...(parts === 2 && over <= 40 && { toSave: over, partsSaved: shares[body.language] ?? 0 }),
      ...(!gsm && { forcedBy: curly ? '’' : '【', forcedAt: 0 }),
      ...(curly && { transliterated: body.text.replaceAll('’', "'") }),
      sample,
      ...(people > 0 && { sampleName: name })
    };
  });
  const sheet = people ? (audience.everyone ? liveSheet : drillSheet) : { groups: [], stages: [], costs: [] };
  return {
    ...figures,
    ...sheet,
    unreachableReasons: people
      ? [
          { reason: 'no_phone', count: Math.floor(figures.unreachable * 0.6) },
          { reason: 'invalid_number', count: figures.unreachable - Math.floor(figures.unreachable * 0.6) }
        ]
      : [],
    texts,
    codes: content.choices.map((choice, index) => choice.code ?? 'ABCDEFGHJKMNPRSTUVWXYZ'[index] ?? ''),
    ...(people && { seconds: content.mode === 'drill' ? 153 : 1_980, perSecond: 40 }),
    replyNumbers: people ? ['818000000110'] : [],
    warnings: [
      ...(content.title === '' ? [{ code: 'required', path: 'title', blocking: true }] : []),
      ...(audience.everyone ? [{ code: 'shared_numbers', people: 31 }, ...countryNotes(content)] : [])
    ]
  };
}

export const review = (
  content: Api<'BroadcastContent'>,
  version: number,
  codes?: string[]
): Api<'Review'> => {
  const sheet = preview(content);
  return {
    broadcast: { ...draft(content, version), replyNumbers: ['818000000110'] },
    preview: { ...sheet, codes: codes ?? sheet.codes },
    reservedUntil: '2026-11-21T18:56:08Z',
    typedConfirmation: sheet.people > 1_000
  };
};
