const STORE = 'noroshi.theme';

/** Light or dark; follows the system until somebody chooses. */
class Theme {
  #dark = $state(typeof document !== 'undefined' && document.documentElement.classList.contains('dark'));

  get dark(): boolean {
    return this.#dark;
  }

  toggle(): void {
    this.#dark = !this.#dark;
    document.documentElement.classList.toggle('dark', this.#dark);
    try {
      localStorage.setItem(STORE, this.#dark ? 'dark' : 'light');
    } catch {
      // Without storage the choice lasts until the page is left.
    }
  }
}

export const theme = new Theme();
