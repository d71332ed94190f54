import type en from '../en/setup';
import type { Translated } from '../types';

export default { title: 'setup' } satisfies Translated<typeof en>;
