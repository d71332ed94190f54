import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ago, clockOrDate, clockSeconds, loadLocale, longDate, percent, setZone, span, zoneLabel } from '.';

const NOW = Date.parse('2026-11-21T18:41:08Z');

describe('times and figures', () => {
  beforeEach(() => setZone('Asia/Tokyo'));
  afterEach(() => loadLocale('en'));

  it("are in the organisation's zone, whatever the browser's is", async () => {
    expect(clockSeconds(NOW)).toBe('03:41:08');
    setZone('Asia/Bangkok');
    expect(clockSeconds(NOW)).toBe('01:41:08');
    expect(zoneLabel()).toBe('Bangkok');
    setZone('Asia/Tokyo');
    await loadLocale('ja');
    expect(longDate(NOW)).toBe('2026年11月22日（日）');
    expect(zoneLabel()).toBe('東京');
  });

  it('fall back to UTC for a zone the browser does not know', () => {
    setZone('Nowhere/City');
    expect(clockSeconds(NOW)).toBe('18:41:08');
  });

  it('leave the date out only for today', () => {
    expect(clockOrDate('2026-11-21T18:14:10Z', NOW)).toBe('03:14');
    expect(clockOrDate('2026-11-21T06:00:00Z', NOW)).toBe('Nov 21 15:00');
  });

  it('say how long ago in the largest fitting unit', () => {
    expect(ago(NOW - 20_000, NOW)).toBe('just now');
    expect(ago(NOW - 25 * 60_000, NOW)).toBe('25 min ago');
    expect(ago(NOW - 26 * 3_600_000, NOW)).toBe('1 day ago');
    expect(ago(NOW + 5_000, NOW)).toBe('just now');
    expect(span(27 * 60_000)).toBe('27 min');
    expect(span(90 * 60_000)).toBe('1 h 30 min');
  });

  it('give no share of an empty whole', () => {
    expect(percent(8_100, 12_480)).toBe('64.9%');
    expect(percent(0, 0)).toBe('—');
  });
});
