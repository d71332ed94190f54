import { describe, expect, it } from 'vitest';
import { segments, slices, worstFirst } from './answers';

const answers = [
  { code: 'A', label: 'Safe', tone: 'ok', count: 7_604 },
  { code: 'B', label: 'Injured', tone: 'warn', count: 238 },
  { code: 'C', label: 'Help', tone: 'bad', count: 37 },
  { code: 'D', label: 'Away', tone: 'warn', count: 221 }
] as const;

describe('answers', () => {
  const list = segments(answers, 12_480, 8_100, 'No answer');

  it('end with the people without one', () => {
    expect(list.at(-1)).toMatchObject({ code: '', tone: 'none', count: 4_380 });
  });

  it('of one tone have shades of their own', () => {
    expect(list[1]?.fill).not.toBe(list[3]?.fill);
  });

  it('stand worst first in a bar', () => {
    expect(worstFirst(list).map((segment) => segment.code)).toEqual(['C', 'B', 'D', 'A', '']);
  });

  it('fill the whole without a gap, small ones included', () => {
    const cut = slices(list, 0.01);
    expect(cut.reduce((sum, slice) => sum + slice.share, 0)).toBeCloseTo(1);
    expect(cut.find((slice) => slice.code === 'C')?.share).toBeGreaterThan(0.009);
    cut
      .slice(1)
      .forEach((slice, index) =>
        expect(slice.start).toBeCloseTo((cut[index]?.start ?? 0) + (cut[index]?.share ?? 0))
      );
    expect(slices([])).toEqual([]);
  });
});
