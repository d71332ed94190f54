/** The time now, for "27 minutes ago": one timer for all, running only while something shows it. */
class Clock {
  #now = $state(Date.now());
  #users = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  get now(): number {
    return this.#now;
  }

  /** Keeps the clock going; the answer lets it go. */
  watch(): () => void {
    this.#users += 1;
    this.#now = Date.now();
    this.#timer ??= setInterval(() => (this.#now = Date.now()), 5_000);
    return () => {
      this.#users -= 1;
      if (this.#users === 0 && this.#timer) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    };
  }
}

export const wallClock = new Clock();
