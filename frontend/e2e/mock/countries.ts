import type { Api } from '../../src/lib/api/types';

const card = (country: string, more: Partial<Api<'CountryCard'>> = {}): Api<'CountryCard'> => ({
  country,
  version: 1,
  delivered: true,
  sources: ['twilio.com/guidelines/th/sms', 'help.clicksend.com Thailand'],
  replies: 'number',
  sender: 'letters',
  registration: 'sender',
  links: 'registered',
  numbers: 'allowed',
  charset: 'any',
  maxParts: 3,
  joined: true,
  plain: false,
  singleLimit: 0,
  partLimit: 0,
  prefix: '',
  brand: false,
  signature: false,
  quietFrom: '21:00',
  quietTo: '08:00',
  zones: ['Asia/Bangkok'],
  validityH: 0,
  reserved: [],
  optOut: ['ยกเลิก', 'หยุด'],
  parameters: [],
  languages: ['th'],
  notes: {
    ja: '送信者名は英字11文字まで、事前登録が必要です。',
    en: 'The sender has up to 11 letters and is registered beforehand.'
  },
  ...more
});

export const countries = (): Api<'CountryCard'>[] => [
  card('JP', { replies: 'sender', sender: 'any', links: 'allowed', maxParts: 10, zones: ['Asia/Tokyo'] }),
  card('TH'),
  card('KR', { replies: 'none', sender: 'numeric', maxParts: 1, joined: false, charset: 'euc_kr' }),
  card('MY', { links: 'blocked', numbers: 'blocked', sender: 'short_code', prefix: 'RM0.00 ', maxParts: 4 }),
  card('IN', {
    version: 2,
    delivered: false,
    changedAt: '2026-11-18T02:10:00Z',
    changedBy: '中村 健一',
    registration: 'template',
    numbers: 'registered',
    parameters: ['0x1400', '0x1401'],
    maxParts: 5
  })
];

export const notice = (numbers: string[]): Api<'CountryNotice'> => ({
  country: 'IN',
  company: '青嶺精機株式会社',
  numbers,
  texts: [
    {
      language: 'hi',
      title: 'जवाब किस नंबर पर भेजें',
      lead: '青嶺精機株式会社 आपकी कुशलता जानने के लिए आपको SMS भेजेगी।',
      answerTo: 'जवाब इस नंबर पर भेजें',
      steps: ['SMS भेजने वाले को सीधे जवाब न दें।', 'केवल एक अक्षर भेजें, जैसे A।', 'यह नंबर सहेज लें।'],
      cost: 'जवाबी SMS का शुल्क आपको देना होगा।'
    },
    {
      language: 'en',
      title: 'Where to send your answer',
      lead: '青嶺精機株式会社 sends you text messages to ask whether you are safe.',
      answerTo: 'Send your answer to this number',
      steps: ['Do not reply to the sender.', 'Send one letter only, for example A.', 'Save this number now.'],
      cost: 'You pay for the reply at the rate of your operator.'
    },
    {
      language: 'ja',
      title: '安否確認SMSの返信先',
      lead: '青嶺精機株式会社から安否確認などのSMSが届きます。',
      answerTo: '回答はこの番号へ送ってください',
      steps: [
        'そのまま返信しないでください。',
        '記号1文字だけを送ってください（例：A）。',
        '電話帳へ登録してください。'
      ],
      cost: '返信の通信料は、受信者のご負担となります。'
    }
  ]
});
