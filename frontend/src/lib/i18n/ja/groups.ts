import type en from '../en/groups';
import type { Translated } from '../types';

export default {
  title: 'グループ'
} satisfies Translated<typeof en>;
