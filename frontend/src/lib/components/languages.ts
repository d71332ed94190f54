/** The languages with texts of their own for what Noroshi adds, each named in itself, with the mark of a drill. */
export const LANGUAGES = [
  { tag: 'ja', name: '日本語', mark: '【訓練】' },
  { tag: 'en', name: 'English', mark: '[DRILL]' },
  { tag: 'th', name: 'ไทย', mark: '[ซ้อม]' },
  { tag: 'vi', name: 'Tiếng Việt', mark: '[DIỄN TẬP]' },
  { tag: 'ko', name: '한국어', mark: '[훈련]' },
  { tag: 'zh-Hans', name: '简体中文', mark: '【演练】' },
  { tag: 'zh-Hant', name: '繁體中文', mark: '【演練】' },
  { tag: 'id', name: 'Bahasa Indonesia', mark: '[LATIHAN]' },
  { tag: 'ms', name: 'Bahasa Melayu', mark: '[LATIHAN]' }
] as const;

const known = (tag: string) =>
  LANGUAGES.find((language) => language.tag === tag) ??
  LANGUAGES.find((language) => language.tag.split('-')[0] === tag.split('-')[0]);

/** A language in its own words. */
export const ownName = (tag: string): string => known(tag)?.name ?? tag;

/** What begins every copy of a drill in a language; the server puts it there, nobody can take it away. */
export const drillMark = (tag: string): string => known(tag)?.mark ?? '[DRILL]';
