import type { Api } from '../../src/lib/api/types';
import type { Setting } from './api';
import { refusal, type Handler } from './desk';
import type { Lang } from './story';
import { groups } from './writing';

const pick = (lang: Lang, ja: string, en: string) => (lang === 'ja' ? ja : en);

type Row = readonly [
  id: string,
  ja: string,
  en: string,
  reading: string,
  depJa: string,
  depEn: string,
  raw: string,
  e164: string,
  status: Api<'Phone'>['status'],
  reason: string,
  external: string,
  language: string
];

const ROWS: readonly Row[] = [
  [
    '01hq3pers0001',
    '伊藤 亮',
    'Ryo Ito',
    'イトウ リョウ',
    '横浜工場 保全課',
    'Yokohama plant, maintenance',
    '090-0000-1182',
    '+819000001182',
    'sms_ok',
    '',
    'A-10021',
    'ja'
  ],
  [
    '01hq3pers0002',
    '岡田 進',
    'Susumu Okada',
    'オカダ ススム',
    '本社 総務部',
    'Head office, general affairs',
    '080-0000-4410',
    '+818000004410',
    'sms_ok',
    '',
    'A-10188',
    'ja'
  ],
  [
    '01hq3pers0003',
    '小川 大輔',
    'Daisuke Ogawa',
    'オガワ ダイスケ',
    '横浜工場 保全課',
    'Yokohama plant, maintenance',
    '045-000-7713',
    '+81450007713',
    'not_mobile',
    'fixed_line',
    'A-10442',
    'ja'
  ],
  [
    '01hq3pers0004',
    'グエン・ティ・ラン',
    'Nguyen Thi Lan',
    'グエン ティ ラン',
    '海外拠点',
    'Overseas offices',
    '+84 90 000 1223',
    '+84900001223',
    'sms_ok',
    '',
    'V-00042',
    'vi'
  ],
  [
    '01hq3pers0005',
    '髙橋 美咲',
    'Misaki Takahashi',
    'タカハシ ミサキ',
    '横浜工場 製造2課',
    'Yokohama plant, production 2',
    '080-0000-5521',
    '+818000005521',
    'sms_ok',
    '',
    'A-11873',
    'ja'
  ],
  [
    '01hq3pers0006',
    'ソムチャイ・プラサート',
    'Somchai Prasert',
    'ソムチャイ プラサート',
    'アユタヤ工場',
    'Ayutthaya plant',
    '+66 80 000 4471',
    '+66800004471',
    'sms_ok',
    '',
    'T-00318',
    'th'
  ],
  [
    '01hq3pers0007',
    '西田 望',
    'Nozomi Nishida',
    'ニシダ ノゾミ',
    '名古屋工場 組立1課',
    'Nagoya plant, assembly 1',
    '090-0000-12',
    '',
    'invalid',
    'too_short',
    'A-12090',
    'ja'
  ],
  [
    '01hq3pers0008',
    '前川 由紀',
    'Yuki Maekawa',
    'マエカワ ユキ',
    '相模原研究所',
    'Sagamihara lab',
    '',
    '',
    'invalid',
    '',
    'A-12511',
    'ja'
  ],
  [
    '01hq3pers0009',
    'リム・ウェイ',
    'Lim Wei',
    'リム ウェイ',
    '川崎物流センター',
    'Kawasaki logistics',
    '+65 8000 0110',
    '+6580000110',
    'sms_ok',
    '',
    'S-00017',
    'en'
  ]
];

export const people = (lang: Lang): Api<'Recipient'>[] =>
  ROWS.map(([id, ja, en, reading, depJa, depEn, raw, e164, status, reason, externalId, language], index) => ({
    id,
    version: 4,
    externalId,
    name: pick(lang, ja, en),
    reading: pick(lang, reading, ''),
    department: pick(lang, depJa, depEn),
    language,
    phones: raw
      ? [
          {
            raw,
            status,
            ...(e164 && { e164, country: 'JP' }),
            ...(reason && { reason }),
            ...(index === 1 && { label: pick(lang, '社用', 'work') })
          }
        ]
      : [],
    emails: index % 2 === 0 ? [`${externalId.toLowerCase()}@aomine.example`] : [],
    attributes: index === 0 ? { [pick(lang, '拠点', 'site')]: pick(lang, '横浜', 'Yokohama') } : {},
    groups: [
      { id: '01hq3group001', name: pick(lang, '全社員', 'All staff') },
      ...(index % 3 === 0
        ? [{ id: '01hq3group003', name: pick(lang, '防災担当者', 'Emergency wardens') }]
        : [])
    ],
    ...(index === 4 && { optedOut: true }),
    createdAt: '2026-04-01T00:00:00Z',
    updatedAt: '2026-11-18T02:10:00Z'
  }));

/** Recipients and groups: lists that can be searched, one person, changes, removal, members. */
export function directory(setting: Setting): Handler {
  const { lang } = setting;
  let all = setting.empty ? [] : people(lang);
  return ({ method, path, body, headers }, url) => {
    if (path === '/recipients' && method === 'GET') {
      const q = url.searchParams.get('q') ?? '';
      const reachable = url.searchParams.get('reachable');
      const items = all.filter(
        (person) =>
          (person.name + person.reading + person.externalId).includes(q) &&
          (reachable === null ||
            String(person.phones.some((phone) => phone.status === 'sms_ok')) === reachable)
      );
      const whole = items.length === all.length && items.length > 0;
      return { json: { items, total: whole ? 98_412 : items.length, ...(whole && { next: 'cursor-2' }) } };
    }
    if (path === '/recipients' && method === 'POST') {
      const made = { ...people(lang)[0], ...(body as Api<'RecipientInput'>), phones: [], groups: [] };
      return { status: 201, json: made };
    }
    if (path === '/recipients/removal') {
      const { ids } = body as Api<'Removal'>;
      all = all.filter((person) => !ids.includes(person.id));
      return { json: { count: ids.length } };
    }
    const person = all.find((one) => path === `/recipients/${one.id}`);
    if (person && method === 'GET') return { json: person };
    if (person && method === 'PUT') {
      if (headers['if-match'] !== `"${person.version}"`) return refusal(412, 'recipient_changed');
      const { name, department } = body as Api<'RecipientInput'>;
      return { json: { ...person, name, department, version: person.version + 1 } };
    }
    const group = groups(lang).find((one) => path.startsWith(`/groups/${one.id}`));
    if (path === '/groups' && method === 'POST')
      return {
        status: 201,
        json: { ...groups(lang)[1], ...(body as object), count: 0, id: '01hq3group002' }
      };
    if (group && path.endsWith('/members')) {
      const { add = [], remove = [] } = body as Api<'MemberChange'>;
      return { json: { ...group, count: group.count + add.length - remove.length } };
    }
    if (group && method === 'GET') return { json: group };
    if (group && method === 'PUT') return { json: { ...group, ...(body as object) } };
    if (group && method === 'DELETE') return { status: 204 };
    return undefined;
  };
}

export const IMPORT_ID = '01hq3import01';

/** The list of November 20th, as the check reports it. */
export const checked = (lang: Lang, part: Partial<Api<'Import'>> = {}): Api<'Import'> => ({
  id: IMPORT_ID,
  state: 'checked',
  filename: pick(lang, '社員名簿_20261120.csv', 'staff_20261120.csv'),
  size: 1_482_113,
  settings: {
    charset: 'shift_jis',
    delimiter: 'comma',
    columns: (
      [
        ['A', '社員番号', 'external_id', 'A-10021'],
        ['B', '氏名', 'name', '伊藤 亮'],
        ['C', 'フリガナ', 'reading', 'イトウ リョウ'],
        ['D', '携帯電話', 'phone', '090-0000-1182'],
        ['E', '所属', 'department', '横浜工場 保全課'],
        ['F', 'メール', 'email', 'a-10021@aomine.example'],
        ['G', '拠点', 'attribute:拠点', '横浜']
      ] as const
    ).map(([letter, header, field, sample], index) => ({ index, letter, header, field, sample }))
  },
  evidence: 'shift_jis_only',
  counts: { rows: 12_451, new: 84, changed: 212, same: 12_146, wrong: 9, missing: 38 },
  samples: [
    {
      line: 12_310,
      name: '佐々木 葵',
      changes: [
        { field: 'name', before: '', after: '佐々木 葵' },
        { field: 'phone', before: '', after: '080-0000-9001' },
        { field: 'department', before: '', after: '本社 経理部' }
      ]
    },
    {
      line: 12_311,
      name: '山下 健',
      changes: [
        { field: 'name', before: '', after: '山下 健' },
        { field: 'phone', before: '', after: '090-0000-3344' },
        { field: 'department', before: '', after: '名古屋工場' }
      ]
    }
  ],
  changes: [
    {
      line: 18,
      name: '﨑山 典明',
      changes: [{ field: 'department', before: '名古屋工場 組立1課', after: '横浜工場 保全課' }]
    },
    { line: 57, name: '髙橋 美咲', changes: [{ field: 'name', before: '高橋 美咲', after: '髙橋 美咲' }] },
    {
      line: 103,
      name: '西田 望',
      changes: [{ field: 'phone', before: '090-0000-7713', after: '080-0000-5521' }]
    },
    {
      line: 221,
      name: 'Somchai Prasert',
      changes: [{ field: 'phone', before: '', after: '+66 80 000 4471' }]
    },
    {
      line: 222,
      name: 'Nguyen Thi Lan',
      changes: [
        { field: 'language', before: 'en', after: 'vi' },
        { field: 'attribute:拠点', before: 'ハノイ', after: 'ホーチミン' }
      ]
    }
  ],
  rejects: [
    {
      line: 412,
      column: 'D',
      header: '携帯電話',
      value: '090-0000-12',
      code: 'phone_invalid',
      params: { reason: 'too_short' }
    },
    {
      line: 1_006,
      column: 'A',
      header: '社員番号',
      value: 'A-10442',
      code: 'duplicate_external_id',
      params: { line: '18' }
    },
    { line: 3_377, column: 'F', header: 'メール', value: 'tanaka＠aomine', code: 'mail_domain_cut' }
  ],
  warnings: [{ code: 'shared_number', count: 31 }],
  processed: 0,
  total: 296,
  createdAt: '2026-11-21T18:40:00Z',
  ...part
});

/** An import from the upload to the result; each look at it finds more people written. */
export function importServer(lang: Lang): Handler {
  let job = checked(lang);
  return ({ method, path, body }) => {
    if (path === '/imports' && method === 'POST') return { status: 201, json: job };
    if (!path.startsWith(`/imports/${IMPORT_ID}`)) return undefined;
    if (path.endsWith('/check')) {
      job = { ...job, settings: { ...job.settings, ...(body as object) }, evidence: 'chosen' };
      return { json: job };
    }
    if (path.endsWith('/commit')) {
      job = { ...job, state: 'committing' };
      return { status: 202, json: job };
    }
    if (method === 'DELETE') return { status: 204 };
    if (job.state === 'committing') {
      const processed = Math.min(job.total, job.processed + 148);
      job = { ...job, processed, state: processed === job.total ? 'done' : 'committing' };
    }
    return { json: job };
  };
}
