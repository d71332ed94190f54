import type en from '../en/result';
import type { Translated } from '../types';

export default { title: 'result' } satisfies Translated<typeof en>;
