import type en from '../en/errors';
import type { Translated } from '../types';

export default {
  network:
    'サーバーにつながりませんでした。変更は反映されていない可能性があります。接続を確かめて、もう一度お試しください。',
  timeout: '時間内に応答がありませんでした。変更が反映されているか確かめてから、もう一度お試しください。',
  internal:
    'Noroshiの内部で問題が起きました。もう一度お試しください。続くときは、照会番号をIT担当者にお伝えください。',
  refused: 'この操作はできませんでした。',
  unexpected: 'サーバーの応答を読み取れませんでした。画面を再読み込みしてください。',
  signed_out: '続けるにはログインしてください。',
  unauthenticated: '続けるにはログインしてください。',
  wrong_credentials: 'メールアドレスまたはパスワードが一致しません。',
  bad_credentials: 'メールアドレスまたはパスワードが一致しません。',
  too_many_attempts: '試行の回数が多すぎます。数分待ってから、もう一度お試しください。',
  rate_limited: '操作の回数が多すぎます。少し待ってから、もう一度お試しください。',
  forbidden: 'このアカウントには、この操作の権限がありません。',
  csrf: '画面が古くなっているため変更できません。再読み込みしてください。',
  not_found: '見つかりませんでした。削除された可能性があります。',
  conflict: 'ほかの人が先に変更しました。再読み込みして最新の内容を確かめてください。',
  version_conflict: 'ほかの人が先に変更しました。再読み込みして最新の内容を確かめてください。',
  invalid: '入力内容を確かめてください。',
  invalid_fields: '入力内容を確かめてください。',
  invalid_field: 'この値は使えません。',
  required: '入力してください。',
  too_long: '長すぎます。',
  too_short: '短すぎます。',
  unavailable: 'サーバーが混み合っているか、起動中です。少し待ってから、もう一度お試しください。',
  setup_done: '設定は完了しています。ログインしてください。',
  bad_setup_token: '設定用の合言葉が違います。サーバーを起動した画面に表示されています。',
  bad_token: '設定用の合言葉が違います。サーバーを起動した画面に表示されています。',
  password_short: '12文字以上にしてください。',
  password_common: '流出したパスワードの一覧にあります。別のものにしてください。',
  invalid_email: 'メールアドレスの形ではありません。',
  not_draft: 'この一斉連絡は下書きではなくなっています。',
  codes_changed: '回答の記号が変わりました。新しい記号を確かめてから送信してください。',
  people_changed: '配信対象の人数が変わりました。新しい人数を確かめてから送信してください。',
  already_stopped: 'この一斉連絡はすでに停止しています。',
  idempotency_conflict: '別の内容ですでに送信されています。再読み込みしてください。',
  body_too_large: '大きすぎます。'
} satisfies Translated<typeof en>;
