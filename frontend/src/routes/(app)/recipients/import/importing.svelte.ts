import { api, ApiError, asApiError, idempotencyKey, unwrap, type Api } from '$lib/api';
import { t } from '$lib/i18n';
import { toasts } from '$lib/ui';
import type { Import } from './words';

const UPLOAD_MS = '300000';
const POLL_MS = 700;

/** One import from the file to the result. */
export class Importing {
  #job = $state.raw<Import | null>(null);
  #name = $state<string | null>(null);
  #busy = $state(false);
  #error = $state.raw<ApiError | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key = '';

  get job(): Import | null {
    return this.#job;
  }
  /** The file that is being checked now. */
  get checking(): string | null {
    return this.#name;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get error(): ApiError | null {
    return this.#error;
  }
  /** The step of the four, counted from 0. */
  get step(): number {
    if (!this.#job) return 0;
    return { checked: 1, failed: 2, committing: 2, done: 3 }[this.#job.state];
  }

  async #try(call: () => Promise<Import | null>): Promise<boolean> {
    this.#busy = true;
    this.#error = null;
    try {
      this.#job = await call();
      this.#follow();
      return true;
    } catch (thrown) {
      this.#error = asApiError(thrown);
      return false;
    } finally {
      this.#busy = false;
      this.#name = null;
    }
  }

  /** Sends a file to be checked. The check changes nothing. */
  upload(file: File): Promise<boolean> {
    this.#name = file.name;
    this.#key = idempotencyKey();
    return this.#try(() =>
      unwrap(
        api.POST('/imports', {
          params: { query: { filename: file.name.slice(-200) } },
          headers: { 'Content-Type': 'text/csv', 'X-Deadline': UPLOAD_MS },
          body: file as unknown as string,
          bodySerializer: (body) => body as unknown as File
        })
      )
    );
  }

  /** Goes on with an import that is there already. */
  resume(id: string): Promise<boolean> {
    this.#key = idempotencyKey();
    return this.#try(() => unwrap(api.GET('/imports/{importId}', { params: { path: { importId: id } } })));
  }

  /** Checks the same file again, read in another way. */
  recheck(settings: Api<'ImportSettings'>): Promise<boolean> {
    this.#key = idempotencyKey();
    const params = { path: { importId: this.#job?.id ?? '' } };
    return this.#try(() =>
      unwrap(
        api.POST('/imports/{importId}/check', {
          params,
          body: settings,
          headers: { 'X-Deadline': UPLOAD_MS }
        })
      )
    );
  }

  /** Brings the people in; the key makes a second press harmless. */
  commit(): Promise<boolean> {
    const params = { path: { importId: this.#job?.id ?? '' }, header: { 'Idempotency-Key': this.#key } };
    return this.#try(() => unwrap(api.POST('/imports/{importId}/commit', { params })));
  }

  async discard(): Promise<boolean> {
    const params = { path: { importId: this.#job?.id ?? '' } };
    const gone = await this.#try(async () => {
      await unwrap(api.DELETE('/imports/{importId}', { params }));
      return null;
    });
    if (gone) toasts.show(t('importing.discarded'));
    return gone;
  }

  /** Back to the choice of a file, as after one that is done. */
  reset(): void {
    this.close();
    this.#job = null;
    this.#error = null;
  }

  /** While rows are written the figures are asked for again and again. */
  #follow(): void {
    clearTimeout(this.#timer);
    if (this.#job?.state === 'committing') this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #poll(): Promise<void> {
    const id = this.#job?.id;
    if (!id) return;
    try {
      this.#job = await unwrap(api.GET('/imports/{importId}', { params: { path: { importId: id } } }));
      this.#error = null;
    } catch (thrown) {
      this.#error = asApiError(thrown); // The import goes on without us; the next call may succeed.
    }
    this.#follow();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
