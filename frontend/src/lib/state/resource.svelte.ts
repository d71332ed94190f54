import { ApiError, asApiError, isAbort } from '$lib/api';

/** One thing fetched for a page: its data, that it is on its way, or what went wrong. The newest call wins. */
export class Resource<Data> {
  #data = $state.raw<Data | null>(null);
  #error = $state.raw<ApiError | null>(null);
  #loading = $state(false);
  #running: AbortController | null = null;
  #again: (() => Promise<void>) | null = null;

  get data(): Data | null {
    return this.#data;
  }
  get error(): ApiError | null {
    return this.#error;
  }
  get loading(): boolean {
    return this.#loading;
  }

  /** Fetches, keeping what is shown until the answer is there. Never throws: failures are in `error`. */
  async load(fetch: (signal: AbortSignal) => Promise<Data>): Promise<void> {
    this.#again = () => this.load(fetch);
    this.#running?.abort();
    const run = new AbortController();
    this.#running = run;
    this.#loading = true;
    try {
      const data = await fetch(run.signal);
      if (this.#running !== run) return;
      this.#data = data;
      this.#error = null;
    } catch (thrown) {
      if (this.#running !== run || isAbort(thrown)) return;
      this.#error = asApiError(thrown);
    } finally {
      if (this.#running === run) this.#loading = false;
    }
  }

  /** The last fetch once more. */
  readonly reload = async (): Promise<void> => this.#again?.();

  /** Puts in newer data that came another way, such as a live snapshot or the answer to a change. */
  set(data: Data | null): void {
    this.#data = data;
    if (data !== null) this.#error = null;
  }
}
