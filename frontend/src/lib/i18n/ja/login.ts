import type en from '../en/login';
import type { Translated } from '../types';

export default {
  title: 'ログイン',
  lead: '全員に一斉に伝え、全員の答えを聞く。',
  email: 'メールアドレス',
  password: 'パスワード',
  submit: 'ログイン',
  showPassword: 'パスワードを表示する',
  hidePassword: 'パスワードを隠す',
  forgotten: 'パスワードを忘れたときは、社内のNoroshi管理者にお尋ねください。',
  again: 'もう一度ログイン',
  version: 'Noroshi {version}'
} satisfies Translated<typeof en>;
