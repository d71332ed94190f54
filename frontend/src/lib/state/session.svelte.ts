import { api, ApiError, onSignedOut, setCsrfToken, unwrap, type Session } from '$lib/api';
import { isLocale, loadLocale, locale, setZone } from '$lib/i18n';

/** Who is signed in, what they may do, and the organisation they work for. */
class SessionState {
  #current = $state.raw<Session | null>(null);
  #expired = $state(false);

  constructor() {
    // The page stays as it is: the shell asks for the password over it, so that nothing typed is lost.
    onSignedOut(() => {
      if (this.#current) this.#expired = true;
    });
  }

  get current(): Session | null {
    return this.#current;
  }
  /** The session with everything in it; only pages behind the sign-in may ask. */
  get signedIn(): Session {
    if (!this.#current) throw new ApiError({ code: 'signed_out', status: 401 });
    return this.#current;
  }
  /** True when the server forgot the session while pages are open. */
  get expired(): boolean {
    return this.#expired;
  }

  can(permission: string): boolean {
    const held = this.#current?.permissions ?? [];
    const [object] = permission.split(':');
    return held.includes(permission) || held.includes('*') || held.includes(`${object}:*`);
  }

  /** Takes over a session from the server; the first one also decides the language of this device. */
  adopt(session: Session): void {
    this.#current = session;
    this.#expired = false;
    setCsrfToken(session.csrfToken);
    setZone(session.organisation.timezone);
  }

  /** The session of the browser's cookie. Throws an ApiError with status 401 when there is none. */
  async resume(): Promise<Session> {
    if (this.#current && !this.#expired) return this.#current;
    const session = await unwrap(api.GET('/session'));
    this.adopt(session);
    return session;
  }

  async signIn(email: string, password: string): Promise<Session> {
    const session = await unwrap(api.POST('/session', { body: { email, password } }));
    this.adopt(session);
    return session;
  }

  async signOut(): Promise<void> {
    await unwrap(api.DELETE('/session'));
    this.#current = null;
    this.#expired = false;
    setCsrfToken(null);
  }

  /** Switches the console's language at once and keeps the choice with the account. */
  async speak(language: string): Promise<void> {
    if (!isLocale(language) || language === locale()) return;
    await loadLocale(language, true);
    if (this.#current && !this.#expired) await unwrap(api.PATCH('/account', { body: { language } }));
  }
}

export const session = new SessionState();
