import type en from '../en/home';
import type { Translated } from '../types';

export default { title: 'home' } satisfies Translated<typeof en>;
