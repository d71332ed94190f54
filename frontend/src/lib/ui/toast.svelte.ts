export type Toast = {
  readonly id: number;
  readonly tone: 'ok' | 'bad' | 'info';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
};

const SHOWN_MS = 6_000;

/** Short news of something just done. What a person must not miss belongs in the page instead. */
class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #next = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }

  show(text: string, tone: Toast['tone'] = 'ok', action?: Toast['action']): void {
    const id = this.#next++;
    this.#list = [...this.#list.slice(-2), { id, tone, text, action }];
    setTimeout(() => this.dismiss(id), action ? SHOWN_MS * 2 : SHOWN_MS);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
