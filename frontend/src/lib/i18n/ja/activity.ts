import type en from '../en/activity';
import type { Translated } from '../types';

export default {
  line: '行',
  time: '時刻',
  who: '操作した人',
  action: '操作',
  from: '接続元',
  broadcast_drafted: '下書きを作成',
  broadcast_created: '下書きを作成',
  broadcast_edited: '下書きを変更',
  broadcast_updated: '下書きを変更',
  broadcast_reviewed: '内容を確認・記号を確保',
  broadcast_launched: '送信',
  broadcast_stopped: '送信を停止',
  broadcast_closed: '受付を終了',
  broadcast_discarded: '下書きを破棄',
  broadcast_opened: 'すべての送信が完了',
  broadcast_expanded: '配信対象を確定',
  answer_recorded: '本人に代わって回答を入力',
  reply_assigned: '返信を判定',
  reply_set_aside: '返信を集計から除外',
  reply_undone: '判定を取り消し',
  unread_assigned: '返信を判定',
  unread_set_aside: '返信を集計から除外',
  unread_undone: '判定を取り消し',
  reply_decision_undone: '判定を取り消し',
  config_reloaded: '設定ファイルを再読み込み',
  route_tested: '試験用の本文を送信'
} satisfies Translated<typeof en>;
