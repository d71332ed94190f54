import { api, unwrap, type BroadcastResult, type Signals, type System } from '$lib/api';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** System snapshots come every few seconds, so a longer silence means that the line is dead. */
const SILENCE_MS = 30_000;
const STALE_MS = 10_000;
const POLL_MS = 10_000;
const HIDDEN_MS = 60_000;

const TIMERS = ['retry', 'silence', 'stale', 'poll', 'hidden'] as const;
type Timer = (typeof TIMERS)[number];

export type FeedState = 'idle' | 'connecting' | 'connected' | 'stale';

/** Opens a stream; tests put their own in. */
type Open = (url: string) => EventSource;

/**
 * The one live stream of a tab. Snapshots replace what came before. When the line is gone for ten seconds the state
 * is `stale` and the figures are fetched every ten seconds instead; an old number is never shown as live.
 */
export class LiveFeed {
  #state = $state<FeedState>('idle');
  #at = $state<number | null>(null);
  #signals = $state.raw<Signals | null>(null);
  #results = $state.raw<Readonly<Record<string, BroadcastResult>>>({});
  #system = $state.raw<System | null>(null);

  #source: EventSource | null = null;
  #followed: string | null = null;
  #wanted = false;
  #retry = FIRST_RETRY_MS;
  #timers: Partial<Record<Timer, ReturnType<typeof setTimeout>>> = {};

  constructor(private readonly open: Open = (url) => new EventSource(url)) {}

  get state(): FeedState {
    return this.#state;
  }
  get connected(): boolean {
    return this.#state === 'connected';
  }
  get stale(): boolean {
    return this.#state === 'stale';
  }
  /** When the newest data came, in milliseconds. */
  get at(): number | null {
    return this.#at;
  }
  get signals(): Signals | null {
    return this.#signals;
  }
  get system(): System | null {
    return this.#system;
  }
  /** The newest snapshot of a broadcast, if one came. */
  result(id: string): BroadcastResult | null {
    return this.#results[id] ?? null;
  }

  /** Starts the stream for as long as somebody is signed in; the answer ends it. */
  start(): () => void {
    this.#wanted = true;
    document.addEventListener('visibilitychange', this.#onVisibility);
    window.addEventListener('online', this.#onOnline);
    this.#connect();
    return () => {
      this.#wanted = false;
      document.removeEventListener('visibilitychange', this.#onVisibility);
      window.removeEventListener('online', this.#onOnline);
      this.#disconnect();
      for (const name of TIMERS) this.#clear(name);
      this.#state = 'idle';
    };
  }

  /** Asks for the snapshots of one broadcast beside the signals; null asks for the running ones. */
  follow(id: string | null): void {
    if (id === this.#followed) return;
    this.#followed = id;
    if (this.#wanted && this.#source) this.#connect();
  }

  /** Takes in signals that came with a page. */
  adoptSignals(signals: Signals): void {
    if (!this.#signals || signals.at >= this.#signals.at) this.#signals = signals;
  }

  #connect(): void {
    this.#disconnect();
    if (this.#state !== 'stale') this.#state = 'connecting';
    this.#staleSoon();
    const query = this.#followed ? `?broadcast=${encodeURIComponent(this.#followed)}` : '';
    const source = this.open(`/api/v1/events${query}`);
    this.#source = source;
    source.addEventListener('open', () => this.#arrived());
    source.addEventListener('signals', (event) =>
      this.#take(event, (data: Signals) => (this.#signals = data))
    );
    source.addEventListener('broadcast', (event) =>
      this.#take(event, (data: BroadcastResult) => {
        this.#results = { ...this.#results, [data.broadcast.id]: data };
      })
    );
    source.addEventListener('system', (event) => this.#take(event, (data: System) => (this.#system = data)));
    source.addEventListener('error', () => this.#lost());
  }

  #disconnect(): void {
    this.#source?.close();
    this.#source = null;
    this.#clear('retry');
    this.#clear('silence');
  }

  #take<Data>(event: Event, use: (data: Data) => void): void {
    try {
      use(JSON.parse((event as MessageEvent<string>).data) as Data);
    } catch {
      return; // A snapshot that cannot be read is followed by the next one.
    }
    this.#at = Date.now();
    this.#arrived();
  }

  #arrived(): void {
    this.#state = 'connected';
    this.#retry = FIRST_RETRY_MS;
    this.#clear('stale');
    this.#clear('poll');
    this.#set('silence', SILENCE_MS, () => this.#lost());
  }

  /** The browser's own retry gives up on an HTTP error; this one never does. */
  #lost(): void {
    if (!this.#wanted) return;
    this.#disconnect();
    if (this.#state === 'connected') this.#state = 'connecting';
    this.#staleSoon();
    this.#set('retry', this.#retry * (0.75 + Math.random() / 2), () => this.#connect());
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY_MS);
  }

  #staleSoon(): void {
    if (this.#state === 'stale' || this.#timers.stale) return;
    this.#set('stale', STALE_MS, () => {
      this.#state = 'stale';
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    if (!this.#wanted || this.#state !== 'stale') return;
    try {
      const home = await unwrap(api.GET('/home'));
      this.#signals = home.signals;
      const id = this.#followed;
      if (id) {
        const params = { path: { broadcastId: id } };
        const result = await unwrap(api.GET('/broadcasts/{broadcastId}/result', { params }));
        this.#results = { ...this.#results, [id]: result };
      }
      this.#at = Date.now();
    } catch {
      // The banner already says from when the data is.
    }
    this.#set('poll', POLL_MS, () => void this.#poll());
  }

  /** Browsers allow six streams to one host: a hidden tab gives its place back after a minute. */
  readonly #onVisibility = (): void => {
    if (document.hidden) {
      this.#set('hidden', HIDDEN_MS, () => this.#disconnect());
    } else {
      this.#clear('hidden');
      if (!this.#source && this.#wanted) this.#connect();
    }
  };

  readonly #onOnline = (): void => {
    if (this.#wanted && this.#state !== 'connected') this.#connect();
  };

  #set(name: Timer, after: number, run: () => void): void {
    this.#clear(name);
    this.#timers[name] = setTimeout(() => {
      delete this.#timers[name];
      run();
    }, after);
  }

  #clear(name: Timer): void {
    clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}

export const feed = new LiveFeed();
