import type en from '../en/recipients';
import type { Translated } from '../types';

export default {
  title: '受信者'
} satisfies Translated<typeof en>;
