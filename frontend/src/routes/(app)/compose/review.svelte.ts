import { api, ApiError, asApiError, idempotencyKey, unwrap, type Api, type Broadcast } from '$lib/api';
import { typedNumber } from './typed-number';
import { toRead } from './warnings';

type Stage = 'closed' | 'opening' | 'ready' | 'sending' | 'refused';

/** The last look before sending: codes are reserved when it opens, and one key makes sure that it goes out once. */
export class Reviewing {
  typed = $state('');
  /** That somebody has read what countries have against it. */
  looked = $state(false);

  #stage = $state<Stage>('closed');
  #review = $state.raw<Api<'Review'> | null>(null);
  #error = $state.raw<ApiError | null>(null);
  #changed = $state<'codes' | 'people' | null>(null);
  #key = '';
  #id = '';

  get open(): boolean {
    return this.#stage !== 'closed';
  }
  get stage(): Stage {
    return this.#stage;
  }
  get review(): Api<'Review'> | null {
    return this.#review;
  }
  get error(): ApiError | null {
    return this.#error;
  }
  /** What the server found changed at the last press, so that it has to be looked at again. */
  get changed(): 'codes' | 'people' | null {
    return this.#changed;
  }
  get people(): number {
    return this.#review?.preview.people ?? 0;
  }
  get blocked(): boolean {
    return this.#review?.preview.warnings.some((warning) => warning.blocking) ?? true;
  }
  /** How many notes about countries have to be read first; a drill reaches no network. */
  get notes(): number {
    if (!this.#review || this.#review.broadcast.content?.mode === 'drill') return 0;
    return toRead(this.#review.preview.warnings);
  }
  /** True when the number of people was typed, or need not be. */
  get matches(): boolean {
    if (!this.#review) return false;
    return !this.#review.typedConfirmation || typedNumber(this.typed) === this.people;
  }
  /** True when nothing more is asked: the number fits and the notes were read. */
  get confirmed(): boolean {
    return this.matches && (this.notes === 0 || this.looked);
  }
  get canSend(): boolean {
    return this.#stage === 'ready' && this.confirmed && !this.blocked && this.people > 0;
  }
  isOver(now: number): boolean {
    return this.#review !== null && now >= Date.parse(this.#review.reservedUntil);
  }

  /** Opens, or looks again. A new look is a new decision and gets a new key. */
  async begin(id: string, changed: 'codes' | 'people' | null = null): Promise<Broadcast | null> {
    this.#stage = 'opening';
    this.#id = id;
    this.#key = idempotencyKey();
    this.#changed = changed;
    this.#error = null;
    this.typed = '';
    this.looked = false;
    try {
      const params = { path: { broadcastId: id } };
      this.#review = await unwrap(api.POST('/broadcasts/{broadcastId}/review', { params }));
      this.#stage = 'ready';
      return this.#review.broadcast;
    } catch (thrown) {
      this.#error = asApiError(thrown);
      this.#review = null;
      this.#stage = 'refused';
      return null;
    }
  }

  /** Sends. The broadcast when it is on its way; null when it is not, with the reason in `error` or `changed`. */
  async send(): Promise<Broadcast | null> {
    const review = this.#review;
    if (!review || !this.canSend) return null;
    this.#stage = 'sending';
    this.#error = null;
    try {
      return await unwrap(
        api.POST('/broadcasts/{broadcastId}/launch', {
          params: { path: { broadcastId: this.#id }, header: { 'Idempotency-Key': this.#key } },
          body: {
            codes: review.preview.codes,
            people: review.preview.people,
            version: review.broadcast.version
          }
        })
      );
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code === 'codes_changed') await this.begin(this.#id, 'codes');
      else if (error.code === 'people_changed') await this.begin(this.#id, 'people');
      else {
        this.#error = error;
        this.#stage = 'ready';
      }
      return null;
    }
  }

  close(): void {
    this.#stage = 'closed';
    this.#review = null;
    this.#error = null;
    this.typed = '';
    this.looked = false;
  }
}
