import type en from '../en/handsets';
import type { Translated } from '../types';

export default {
  title: '模擬端末'
} satisfies Translated<typeof en>;
