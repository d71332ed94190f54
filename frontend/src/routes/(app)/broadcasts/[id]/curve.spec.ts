import { describe, expect, it } from 'vitest';
import { axisSpan, path, plot } from './curve';

const MINUTE = 60_000;

describe('the curve', () => {
  it('has an axis that holds the whole time and divides evenly', () => {
    expect(axisSpan(0)).toBe(4 * MINUTE);
    expect(axisSpan(27 * MINUTE)).toBe(40 * MINUTE);
    expect(axisSpan(30 * 24 * 60 * MINUTE)).toBeGreaterThanOrEqual(30 * 24 * 60 * MINUTE);
  });

  it('begins at the lower left and stays inside', () => {
    const points = plot(
      [
        { at: 1_000, share: 0 },
        { at: 3_000, share: 0.5 },
        { at: 500, share: 1.2 }
      ],
      1_000,
      4_000,
      200,
      100
    );
    expect(points).toEqual([
      { x: 0, y: 100 },
      { x: 100, y: 50 },
      { x: 0, y: 0 }
    ]);
    expect(path(points)).toBe('M0.0 100.0L100.0 50.0L0.0 0.0');
  });
});
