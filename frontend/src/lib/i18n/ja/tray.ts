import type en from '../en/tray';
import type { Translated } from '../types';

export default { title: 'tray' } satisfies Translated<typeof en>;
