import type en from '../en/system';
import type { Translated } from '../types';

export default {
  title: 'システム状態'
} satisfies Translated<typeof en>;
