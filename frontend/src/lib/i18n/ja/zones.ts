import type en from '../en/zones';
import type { Translated } from '../types';

export default {
  Tokyo: '東京',
  Seoul: 'ソウル',
  Taipei: '台北',
  Shanghai: '上海',
  Hong_Kong: '香港',
  Singapore: 'シンガポール',
  Kuala_Lumpur: 'クアラルンプール',
  Bangkok: 'バンコク',
  Jakarta: 'ジャカルタ',
  Ho_Chi_Minh: 'ホーチミン',
  Kolkata: 'コルカタ',
  Sydney: 'シドニー',
  London: 'ロンドン',
  Berlin: 'ベルリン',
  New_York: 'ニューヨーク',
  Los_Angeles: 'ロサンゼルス',
  UTC: 'UTC'
} satisfies Translated<typeof en>;
