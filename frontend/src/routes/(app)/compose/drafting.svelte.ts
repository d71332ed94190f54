import { api, ApiError, asApiError, etag, idempotencyKey, unwrap, type Broadcast } from '$lib/api';
import { isVersionConflict } from '$lib/api/conflict';
import type { Content } from './form';
import { forget } from './kept';

const SAVE_MS = 1_500;
const RETRY_MS = 6_000;

export type SaveState = 'new' | 'dirty' | 'saving' | 'saved' | 'failed' | 'invalid' | 'conflict';

/** What is written now: its JSON, and whether it differs from what the server has and is worth keeping. */
type Source = { readonly json: string; readonly worth: boolean };

/** The draft on the server: brings there what is written, a moment after it was written. */
export class Drafting {
  #draft = $state.raw<Broadcast | null>(null);
  #saved = $state('');
  #savedAt = $state<number | null>(null);
  #saving = $state(false);
  #error = $state.raw<ApiError | null>(null);

  /** A first save that got no answer is repeated word for word, so that it cannot make two drafts. */
  #creation: { key: string; json: string } | null = null;
  #running: Promise<boolean> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly source: () => Source) {}

  get draft(): Broadcast | null {
    return this.#draft;
  }
  get error(): ApiError | null {
    return this.#error;
  }
  get savedAt(): number | null {
    return this.#savedAt;
  }
  get dirty(): boolean {
    const { json, worth } = this.source();
    return worth && json !== this.#saved;
  }
  /** The name under which unsaved content is kept in the tab. */
  get name(): string {
    return this.#draft?.id ?? 'new';
  }
  get state(): SaveState {
    if (this.#saving) return 'saving';
    if (this.#error) {
      if (isVersionConflict(this.#error)) return 'conflict';
      return this.#error.unanswered || this.#error.status >= 500 ? 'failed' : 'invalid';
    }
    if (this.dirty) return 'dirty';
    return this.#draft ? 'saved' : 'new';
  }

  /** Goes on with a draft whose content is the one that is written now; null starts without one. */
  start(draft: Broadcast | null): void {
    this.close();
    this.#draft = draft;
    this.#saved = draft ? this.source().json : '';
    this.#savedAt = null;
    this.#error = null;
    this.#creation = null;
  }

  /** A newer version of the same draft, as a review makes one; what is written stays. */
  adopt(draft: Broadcast): void {
    this.#draft = draft;
    this.#error = null;
  }

  /** To be called when the content has changed. */
  changed(): void {
    if (this.state === 'invalid') this.#error = null;
    this.#saveAfter(SAVE_MS);
  }

  #saveAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), ms);
  }

  /** Brings the content to the server. True when everything is there. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (!this.dirty) return this.#draft !== null;
    if (this.state === 'conflict') return false;
    this.#running = this.#write();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** Saves until nothing is left, as before a review. True when the server has it all. */
  async flush(): Promise<boolean> {
    for (let tries = 0; tries < 3; tries++) if (await this.save()) return true;
    return false;
  }

  async #write(): Promise<boolean> {
    this.#saving = true;
    const before = this.name;
    try {
      const json = this.#draft ? this.source().json : (this.#creation?.json ?? this.source().json);
      this.#draft = await this.#send(json);
      this.#creation = null;
      this.#saved = json;
      this.#savedAt = Date.now();
      this.#error = null;
      const whole = this.source().json === json;
      if (whole) forget(before);
      else this.#saveAfter(SAVE_MS);
      return whole;
    } catch (thrown) {
      this.#error = asApiError(thrown);
      if (!this.#error.unanswered) this.#creation = null;
      if (this.#error.unanswered || this.#error.status >= 500) this.#saveAfter(RETRY_MS);
      return false;
    } finally {
      this.#saving = false;
    }
  }

  #send(json: string): Promise<Broadcast> {
    const body = JSON.parse(json) as Content;
    const draft = this.#draft;
    if (!draft) {
      this.#creation ??= { key: idempotencyKey(), json };
      const params = { header: { 'Idempotency-Key': this.#creation.key } };
      return unwrap(api.POST('/broadcasts', { params, body }));
    }
    const params = { path: { broadcastId: draft.id }, header: { 'If-Match': etag(draft.version) } };
    return unwrap(api.PUT('/broadcasts/{broadcastId}', { params, body }));
  }

  /** Removes the draft from the server. Throws an ApiError. */
  async discard(): Promise<void> {
    this.close();
    const draft = this.#draft;
    const params = { path: { broadcastId: draft?.id ?? '' } };
    if (draft) await unwrap(api.DELETE('/broadcasts/{broadcastId}', { params }));
    forget(this.name);
  }

  /** Nothing more is saved by itself. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
