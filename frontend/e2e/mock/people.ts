import type { Api } from '../../src/lib/api/types';
import { answers, LIVE_ID, result, type Lang } from './story';

const pick = (lang: Lang, ja: string, en: string) => (lang === 'ja' ? ja : en);
const at = (clock: string) => new Date(`2026-11-22T${clock}+09:00`).toISOString();

type Row = readonly [
  ja: string,
  en: string,
  depJa: string,
  depEn: string,
  code: string,
  text: string,
  clock: string
];

const HELP: readonly Row[] = [
  [
    '高橋 美咲',
    'Misaki Takahashi 高橋 美咲',
    '横浜工場 製造2課',
    'Yokohama plant, production 2',
    'C',
    '足を挟まれて動けません。2階北側です',
    '03:16:02'
  ],
  ['リム・ウェイ', 'Lim Wei', '川崎物流センター', 'Kawasaki logistics', 'C', 'C けが人2人 倉庫B', '03:19:20'],
  [
    '小川 大輔',
    'Daisuke Ogawa 小川 大輔',
    '横浜工場 保全課',
    'Yokohama plant, maintenance',
    'C',
    'C',
    '03:22:11'
  ]
];
const OTHERS: readonly Row[] = [
  [
    '前川 由紀',
    'Yuki Maekawa 前川 由紀',
    '本社 総務部',
    'Head office, general affairs',
    'A',
    'Ａです',
    '03:40:51'
  ],
  ['ソムチャイ・P', 'Somchai P.', 'アユタヤ工場（タイ）', 'Ayutthaya plant (TH)', 'A', 'A ครับ', '03:40:48'],
  [
    '大西 彩',
    'Aya Onishi 大西 彩',
    '本社 経理部',
    'Head office, accounting',
    'B',
    'B 手を切りましたが歩けます',
    '03:40:31'
  ],
  ['吉田 翔', 'Sho Yoshida 吉田 翔', '名古屋工場', 'Nagoya plant', 'A', 'A', '03:40:12'],
  ['グエン・ティ・ラン', 'Nguyen Thi Lan', 'ハノイ', 'Hanoi', 'D', 'D', '03:39:40']
];

function person(lang: Lang, row: Row, ordinal: number): Api<'Person'> {
  const choice = answers(lang).find((answer) => answer.code === row[4]);
  return {
    ordinal,
    recipientId: `01hq3rcpt${String(ordinal).padStart(4, '0')}`,
    name: pick(lang, row[0], row[1]),
    department: pick(lang, row[2], row[3]),
    language: 'ja',
    phone: `+81900000${String(2281 + ordinal)}`,
    state: 'delivered',
    at: at('03:15:09'),
    answer: {
      codes: [row[4]],
      label: choice?.label ?? '',
      tone: choice?.tone ?? 'ok',
      text: row[5],
      at: at(row[6]),
      inferred: ordinal === 5,
      source: ordinal === 4 ? 'tray' : 'sms',
      count: ordinal === 5 ? 2 : 1
    }
  };
}

export function people(lang: Lang, filter: string | null): Api<'PersonPage'> {
  if (filter === 'need_help')
    return { items: HELP.map((row, index) => person(lang, row, index)), total: 37, next: 'x' };
  const items = OTHERS.map((row, index) => person(lang, row, index + 3));
  const failed: Api<'Person'> = {
    ordinal: 90,
    recipientId: '01hq3rcpt0090',
    name: pick(lang, '森 和也', 'Kazuya Mori 森 和也'),
    department: pick(lang, '北関東工場', 'Kita-Kanto plant'),
    state: 'failed',
    reason: 'expired'
  };
  const waiting: Api<'Person'> = {
    ordinal: 91,
    recipientId: '01hq3rcpt0091',
    name: 'Budi Santoso',
    department: pick(lang, '海外拠点', 'Overseas offices'),
    state: 'accepted'
  };
  return { items: [...items, failed, waiting], total: 12_480, next: 'x' };
}

export const detail = (lang: Lang): Api<'PersonDetail'> => ({
  person: person(lang, HELP[0] as Row, 0),
  text: '【安否確認】青嶺精機\n高橋 美咲様 震度6弱の地震がありました。記号1文字で返信してください。\nA:無事\nB:軽傷\nC:救助が必要\nD:出社不可',
  encoding: 'ucs2',
  parts: 2,
  timeline: [
    {
      kind: 'submitted',
      at: at('03:15:02'),
      route: pick(lang, '国内SMS 第1', 'Domestic SMS 1'),
      part: 1,
      parts: 2
    },
    { kind: 'accepted', at: at('03:15:02'), part: 1, parts: 2 },
    { kind: 'receipt', at: at('03:15:09'), state: 'delivered', part: 2, parts: 2 },
    { kind: 'reply', at: at('03:16:02'), text: '足を挟まれて動けません。2階北側です' },
    { kind: 'assigned', at: at('03:16:40'), codes: ['C'], by: pick(lang, '西田 望', 'Nozomi Nishida') }
  ]
});

const TRAY = [
  ['渡辺 直樹', '横浜工場 製造1課', 'B棟にいます。けがはありません', '03:18:42', 'B', 'word', false],
  ['石田 真理', '川崎物流', 'Aではないです、足が痛い', '03:20:01', 'A', 'negated', true],
  ['木村 隼人', '横浜工場', 'A B', '03:21:30', '', 'several_codes', false],
  ['ナッタポン・S', 'アユタヤ', 'ปลอดภัยครับ', '03:24:02', '', 'no_code', false],
  ['松本 香織', '本社', '子どもと避難所に向かっています', '03:26:44', '', 'no_code', false],
  ['藤井 拓也', '相模原研究所', '夜勤のCさんと一緒です', '03:29:10', 'C', 'word', false],
  ['清水 典子', '名古屋工場', '👍', '03:30:00', '', 'no_code', false]
] as const;

export function unread(lang: Lang, kind: string | null): Api<'UnreadPage'> {
  const full = result(lang).broadcast;
  const items: Api<'UnreadReply'>[] = TRAY.map(
    ([name, department, text, clock, suggested, reason, cry], index) => ({
      id: `01hq3rply${index}`,
      kind: 'unread',
      text,
      from: `+8190000022${81 + index}`,
      receivedAt: at(clock),
      reason,
      cryForHelp: cry,
      candidates: [
        {
          broadcastId: LIVE_ID,
          title: full.content.title,
          mode: 'live',
          ordinal: 200 + index,
          name,
          department,
          sentText: `【安否確認】青嶺精機\n${name}様 震度6弱の地震がありました。記号1文字で返信してください。\nA:無事\nB:軽傷\nC:救助が必要\nD:出社不可`,
          choices: full.content.choices,
          suggested: suggested || undefined
        }
      ]
    })
  );
  if (kind !== 'decided') return { items, total: 12 };
  const first = items[0];
  if (!first) return { items: [], total: 0 };
  const decidedAt = at('03:40:40');
  return {
    total: 2,
    items: [
      {
        ...first,
        id: 'd1',
        kind: 'assigned',
        text: '助けて',
        decidedCodes: ['C'],
        decidedBy: '西田 望',
        decidedAt
      },
      { ...first, id: 'd2', kind: 'set_aside', text: '会議は何時から？', decidedBy: '西田 望', decidedAt }
    ]
  };
}
