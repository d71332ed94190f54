import { ApiError, asApiError, isAbort } from '$lib/api';

export type Page<Item> = { items: Item[]; total?: number; next?: string };
type Fetch<Item> = (after: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;

/** A list read page by page with the server's keyset cursor; it remembers the way back. */
export class Pager<Item> {
  #items = $state.raw<readonly Item[]>([]);
  #total = $state<number | undefined>(undefined);
  #next = $state<string | undefined>(undefined);
  #trail = $state.raw<readonly { after: string | undefined; size: number }[]>([]);
  #error = $state.raw<ApiError | null>(null);
  #loading = $state(false);
  #ready = $state(false);
  #running: AbortController | null = null;
  #fetch: Fetch<Item> | null = null;
  #after: string | undefined;

  get items(): readonly Item[] {
    return this.#items;
  }
  get total(): number | undefined {
    return this.#total;
  }
  get error(): ApiError | null {
    return this.#error;
  }
  get loading(): boolean {
    return this.#loading;
  }
  /** True once a page came, so that "nothing found" and "not asked yet" differ. */
  get ready(): boolean {
    return this.#ready;
  }
  get from(): number {
    return this.#items.length === 0 ? 0 : this.#before + 1;
  }
  get to(): number {
    return this.#before + this.#items.length;
  }
  get hasNext(): boolean {
    return this.#next !== undefined;
  }
  get hasPrevious(): boolean {
    return this.#trail.length > 0;
  }
  get #before(): number {
    return this.#trail.reduce((sum, page) => sum + page.size, 0);
  }

  /** Starts a list anew, as after another filter. */
  async start(fetch: Fetch<Item>): Promise<void> {
    this.#fetch = fetch;
    await this.#go(undefined, []);
  }

  readonly next = async (): Promise<void> => {
    if (this.#next === undefined) return;
    await this.#go(this.#next, [...this.#trail, { after: this.#after, size: this.#items.length }]);
  };

  readonly previous = async (): Promise<void> => {
    const last = this.#trail.at(-1);
    if (last) await this.#go(last.after, this.#trail.slice(0, -1));
  };

  /** The page that is shown once more. */
  readonly reload = async (): Promise<void> => {
    if (this.#fetch) await this.#go(this.#after, this.#trail);
  };

  /** Puts in a newer form of one row. */
  replace(match: (item: Item) => boolean, item: Item): void {
    this.#items = this.#items.map((old) => (match(old) ? item : old));
  }

  async #go(after: string | undefined, trail: readonly { after: string | undefined; size: number }[]) {
    if (!this.#fetch) return;
    this.#running?.abort();
    const run = new AbortController();
    this.#running = run;
    this.#loading = true;
    try {
      const page = await this.#fetch(after, run.signal);
      if (this.#running !== run) return;
      this.#items = page.items;
      this.#total = page.total;
      this.#next = page.next || undefined;
      this.#after = after;
      this.#trail = trail;
      this.#error = null;
      this.#ready = true;
    } catch (thrown) {
      if (this.#running !== run || isAbort(thrown)) return;
      this.#error = asApiError(thrown);
    } finally {
      if (this.#running === run) this.#loading = false;
    }
  }
}
