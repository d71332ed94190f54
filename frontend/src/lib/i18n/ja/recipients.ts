import type en from '../en/recipients';
import type { Translated } from '../types';

export default {
  title: '受信者',
  searchHint: '氏名・読み・番号・社員番号',
  noneFound: '見つかりませんでした。',
  moreFound: { other: 'ほかに{n}人います。続けて入力すると絞り込めます。' }
} satisfies Translated<typeof en>;
