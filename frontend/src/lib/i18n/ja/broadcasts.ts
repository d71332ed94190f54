import type en from '../en/broadcasts';
import type { Translated } from '../types';

export default { title: 'broadcasts' } satisfies Translated<typeof en>;
