import { describe, expect, it } from 'vitest';
import { sizeText, unfit } from './file';

// The simulated browser cannot read the octets of a part of a file, so they come from the test.
const file = (content: number[] | string, name = 'list.csv') => {
  const octets = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  const made = new File([octets], name);
  made.slice = (from, to) => {
    const part = new Blob();
    part.arrayBuffer = () => Promise.resolve(new Uint8Array(octets.slice(from, to)).buffer);
    return part;
  };
  return made;
};

describe('a file', () => {
  it('is tried when it is text in any encoding', async () => {
    expect(await unfit(file('氏名,電話\n'), 'en')).toBeNull();
    expect(await unfit(file([0x8e, 0x81, 0x96, 0xbc]), 'en')).toBeNull();
  });

  it('is refused before it is sent when it is a spreadsheet or empty', async () => {
    expect(await unfit(file([0x50, 0x4b, 3, 4], 'list.xlsx'), 'en')).toContain('list.xlsx');
    expect(await unfit(file([0xd0, 0xcf, 0x11, 0xe0], 'list.xls'), 'en')).toContain('list.xls');
    expect(await unfit(file(''), 'en')).toContain('empty');
  });

  it('has a size in words', () => {
    expect(sizeText(3_565_158, 'en')).toBe('3.4 MB');
    expect(sizeText(2_048, 'en')).toBe('2 kB');
  });
});
