import type en from '../en/broadcasts';
import type { Translated } from '../types';

export default {
  title: '一斉連絡',
  filterAll: 'すべて',
  filterRunning: '実施中',
  filterDraft: '下書き',
  filterClosed: '終了',
  filterStopped: '停止',
  filterLive: '本番',
  filterDrill: '訓練',
  state: '状態',
  colState: '状態',
  colTitle: '件名',
  colStart: '開始',
  colAudience: '配信対象',
  colDelivered: '端末に到達',
  colAnswered: '回答',
  colBy: '担当',
  untitled: '件名なし',
  emptyTitle: '該当する一斉連絡はありません',
  emptyBody: '新しく作るか、別の条件を選んでください。',
  continueDraft: '下書きを続ける',
  needHelpShort: '救助 {n}人'
} satisfies Translated<typeof en>;
