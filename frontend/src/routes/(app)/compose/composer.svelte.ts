import { api, ApiError, asApiError, unwrap, type Api, type Broadcast } from '$lib/api';
import { Resource } from '$lib/state/resource.svelte';
import { Drafting } from './drafting.svelte';
import { contentOf, emptyForm, formOf, hasContent, type Content, type Form, type Mode } from './form';
import { forget, keep, kept, type Kept } from './kept';

const PREVIEW_MS = 300;

export type Opening = {
  draft?: string | null;
  from?: string | null;
  mode?: string | null;
  group?: string | null;
};

/** One broadcast while it is written: its form, its draft on the server, and what the server says it would be. */
export class Composer {
  form = $state<Form>(emptyForm('ja'));
  readonly preview = new Resource<Api<'Preview'>>();
  readonly json = $derived(JSON.stringify(contentOf(this.form)));
  readonly drafting = new Drafting(() => ({
    json: this.json,
    worth: this.form.mode !== null && hasContent(this.form)
  }));

  #opened = $state(false);
  #openError = $state.raw<ApiError | null>(null);
  #launched = $state.raw<Broadcast | null>(null);
  #kept = $state.raw<Kept | null>(null);
  #counted = $state('');
  #released = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get opened(): boolean {
    return this.#opened;
  }
  get openError(): ApiError | null {
    return this.#openError;
  }
  /** The broadcast when it is no draft any more. */
  get launched(): Broadcast | null {
    return this.#launched;
  }
  /** What an earlier visit of this tab could not bring to the server. */
  get kept(): Kept | null {
    return this.#kept;
  }
  /** True when the page may be left without a question. */
  get released(): boolean {
    return this.#released || this.#launched !== null;
  }
  /** True while the figures are those of an earlier text. */
  get stale(): boolean {
    return this.preview.loading || this.#counted !== this.json;
  }
  /** A drill stays one from its first save on. */
  get drillLocked(): boolean {
    return this.drafting.draft?.content.mode === 'drill';
  }

  /** Starts with an empty form, a draft to go on with, or a copy of a broadcast. Never throws. */
  async open(opening: Opening, language: string): Promise<void> {
    this.close();
    this.#opened = this.#released = false;
    this.#openError = this.#launched = this.#kept = null;
    this.preview.set(null);
    const mode = opening.mode === 'live' || opening.mode === 'drill' ? opening.mode : null;
    try {
      const id = opening.draft || opening.from;
      if (!id) {
        const form = emptyForm(language, mode);
        if (opening.group) form.audience.groups = [opening.group];
        this.#take(form, null);
      } else {
        const broadcast = await this.#fetch(id);
        if (opening.draft && broadcast.state !== 'draft') this.#launched = broadcast;
        const copy = !opening.draft || this.#launched !== null;
        this.#take(formOf(broadcast.content, copy), copy ? null : broadcast);
      }
      this.#opened = true;
      const found = kept(this.drafting.name);
      this.#kept = found && JSON.stringify(found.content) !== this.json ? found : null;
    } catch (thrown) {
      this.#openError = asApiError(thrown);
    }
  }

  #fetch(id: string): Promise<Broadcast> {
    return unwrap(api.GET('/broadcasts/{broadcastId}', { params: { path: { broadcastId: id } } }));
  }

  #take(form: Form, draft: Broadcast | null): void {
    this.form = form;
    this.drafting.start(draft);
  }

  /** To be called when the content has changed: saves and counts after a moment of quiet. */
  changed(): void {
    if (!this.#opened || this.released) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.count(), PREVIEW_MS);
    if (!this.drafting.dirty) return;
    this.#kept = null;
    keep(this.drafting.name, {
      content: JSON.parse(this.json) as Content,
      mode: this.form.mode,
      at: Date.now()
    });
    this.drafting.changed();
  }

  /** Asks the server what the content would be on the wire. */
  async count(): Promise<void> {
    const json = this.json;
    const body = JSON.parse(json) as Content;
    await this.preview.load(async (signal) => {
      const preview = await unwrap(api.POST('/broadcasts/preview', { body, signal }));
      this.#counted = json;
      return preview;
    });
  }

  /** After a conflict: the version of the server, with (`mine`) or without what is in the form. */
  async resolve(which: 'mine' | 'theirs'): Promise<void> {
    const id = this.drafting.draft?.id;
    if (!id) return;
    try {
      const newest = await this.#fetch(id);
      if (newest.state !== 'draft') this.#launched = newest;
      else if (which === 'theirs') {
        forget(id);
        this.#take(formOf(newest.content), newest);
      } else {
        this.drafting.adopt(newest);
        await this.drafting.save();
      }
    } catch {
      // The conflict stands as it was, and so do the two ways out of it.
    }
  }

  /** Puts back, or throws away, what an earlier visit left behind. */
  useKept(use: boolean): void {
    const found = this.#kept;
    this.#kept = null;
    forget(this.drafting.name);
    if (!found || !use) return;
    const mode: Mode | null = this.drillLocked ? 'drill' : found.mode;
    this.form = { ...formOf(found.content), mode };
  }

  /** What is written is done with: it was sent, discarded, or left on purpose. */
  release(): void {
    this.#released = true;
    this.close();
  }

  /** Ends all timers, as when the page is left. */
  close(): void {
    clearTimeout(this.#timer);
    this.drafting.close();
  }
}
