export type Point = { readonly x: number; readonly y: number };

const MINUTE = 60_000;
/** Lengths of the axis that divide into four even steps people know. */
const SPANS = [4, 8, 20, 40, 60, 120, 240, 480, 960, 1440, 2880, 5760, 11_520].map(
  (minutes) => minutes * MINUTE
);

/** The shortest axis that holds a length of time. */
export const axisSpan = (length: number): number =>
  SPANS.find((span) => span >= length) ?? Math.ceil(length / (4 * 1440 * MINUTE)) * 4 * 1440 * MINUTE;

/** Points in a box of the given size from times and shares; the start is (0, 0). */
export function plot(
  points: readonly { at: number; share: number }[],
  start: number,
  span: number,
  width: number,
  height: number
): Point[] {
  return points.map((point) => ({
    x: (Math.max(0, point.at - start) / span) * width,
    y: height - Math.min(1, point.share) * height
  }));
}

export const path = (points: readonly Point[]): string =>
  points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .join('');
