import type en from '../en/compose';
import type { Translated } from '../types';

export default {
  title: '新しい一斉連絡'
} satisfies Translated<typeof en>;
