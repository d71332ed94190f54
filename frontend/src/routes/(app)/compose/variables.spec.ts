import { describe, expect, it } from 'vitest';
import { codePoint, isWritten, pieces, shownText, storedText } from './variables';

const names = [
  { stored: 'name', shown: '氏名' },
  { stored: 'reply_number', shown: '返信先の番号' },
  { stored: '拠点', shown: '拠点' }
];

describe('variables', () => {
  it.each([
    '{{name}}様 返信先：{{reply_number}}',
    '{{拠点}}の{{name}}さん',
    'an {{unknown}} one and {a word} in braces',
    '{{ not closed',
    ''
  ])('are the same after they were shown: %j', (text) => {
    expect(storedText(shownText(text, names), names)).toBe(text);
  });

  it('are shown in the words of the console', () => {
    expect(shownText('{{ name }}様', names)).toBe('{氏名}様');
  });

  it('are found when somebody types them', () => {
    expect(storedText('{氏名}様 {別の言葉}', names)).toBe('{{name}}様 {別の言葉}');
  });
});

describe('pieces', () => {
  it('put together are the whole text', () => {
    const text = '{氏名}様 don’t {{unknown}} {word}’';
    const whole = pieces(text, names, '’')
      .map((piece) => (piece.kind === 'variable' ? piece.open + piece.name + piece.close : piece.text))
      .join('');
    expect(whole).toBe(text);
  });

  it('tell variables, words and the costly character apart', () => {
    expect(pieces('{氏名}, don’t {x}', names, '’').map((piece) => piece.kind)).toEqual([
      'variable',
      'text',
      'costly',
      'text',
      'text'
    ]);
  });
});

describe('the costly character', () => {
  it('is written only where the writer put it', () => {
    expect(isWritten('don’t', '’')).toBe(true);
    expect(isWritten('{{na’me}}', '’')).toBe(false);
    expect(isWritten('do not', '’')).toBe(false);
  });

  it('is named by its code point', () => {
    expect(codePoint('’')).toBe('U+2019');
    expect(codePoint('😀')).toBe('U+1F600');
  });
});
