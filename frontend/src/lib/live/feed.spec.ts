import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveFeed } from './feed.svelte';

class Stream extends EventTarget {
  closed = false;
  constructor(readonly url: string) {
    super();
  }
  close() {
    this.closed = true;
  }
  say(name: string, data?: unknown) {
    this.dispatchEvent(
      data === undefined ? new Event(name) : new MessageEvent(name, { data: JSON.stringify(data) })
    );
  }
}

const signals = (needHelp: number) => ({ needHelp, unread: 0, running: 1, at: '2026-11-21T18:41:08Z' });

describe('LiveFeed', () => {
  let streams: Stream[];
  let feed: LiveFeed;
  let stop: () => void;
  const last = () => streams.at(-1) as Stream;

  beforeEach(() => {
    vi.useFakeTimers();
    streams = [];
    feed = new LiveFeed((url) => {
      const stream = new Stream(url);
      streams.push(stream);
      return stream as unknown as EventSource;
    });
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('down')))
    );
    stop = feed.start();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is connected once the stream opens, and takes snapshots', () => {
    expect(feed.connected).toBe(false);
    last().say('open');
    last().say('signals', signals(37));
    expect(feed.connected).toBe(true);
    expect(feed.signals?.needHelp).toBe(37);
    expect(feed.at).not.toBeNull();
  });

  it('survives a snapshot that cannot be read', () => {
    last().say('signals', signals(37));
    last().dispatchEvent(new MessageEvent('signals', { data: '{' }));
    expect(feed.signals?.needHelp).toBe(37);
  });

  it('follows one broadcast on the same line', () => {
    last().say('open');
    feed.follow('b1');
    expect(streams[0]?.closed).toBe(true);
    expect(last().url).toContain('broadcast=b1');
    feed.follow('b1');
    expect(streams).toHaveLength(2);
  });

  it('opens the line again after a loss, ever more slowly', () => {
    last().say('open');
    last().say('error');
    expect(feed.connected).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(streams).toHaveLength(2);
    last().say('error');
    vi.advanceTimersByTime(1_000);
    expect(streams).toHaveLength(2);
    vi.advanceTimersByTime(2_000);
    expect(streams).toHaveLength(3);
  });

  it('says after ten seconds that the figures are old, and asks for them instead', () => {
    last().say('open');
    last().say('error');
    expect(feed.stale).toBe(false);
    vi.advanceTimersByTime(10_001);
    expect(feed.stale).toBe(true);
    expect(fetch).toHaveBeenCalled();
    last().say('open');
    expect(feed.stale).toBe(false);
    expect(feed.connected).toBe(true);
  });

  it('takes silence for a dead line', () => {
    last().say('open');
    vi.advanceTimersByTime(30_001);
    expect(feed.connected).toBe(false);
    expect(streams[0]?.closed).toBe(true);
  });

  it('ends with the session', () => {
    last().say('open');
    stop();
    vi.advanceTimersByTime(120_000);
    expect(streams).toHaveLength(1);
    expect(feed.state).toBe('idle');
  });
});
