import type en from '../en/importing';
import type { Translated } from '../types';

export default {
  title: '受信者の取り込み'
} satisfies Translated<typeof en>;
