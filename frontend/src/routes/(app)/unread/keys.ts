import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/tray';

type Actions = {
  code: (code: string) => void;
  aside: () => void;
  later: () => void;
};

const PAUSE_MS = 900;

/** Why no rule read a reply, in words. */
export function reasonText(reason: string): string {
  const key = `reason_${reason}`;
  return t((key in words ? `tray.${key}` : 'tray.reason_other') as Key & 'tray.reason_other');
}

/**
 * Finds the code that typed letters stand for. `exact` when they are one and no longer one begins with them, `more` when
 * another letter may follow, `none` when no code fits.
 */
export function matchCode(typed: string, codes: readonly string[]): 'exact' | 'more' | 'none' {
  const fits = codes.filter((code) => code.toUpperCase().startsWith(typed.toUpperCase()));
  if (fits.length === 0) return 'none';
  return fits.length === 1 && fits[0]?.length === typed.length ? 'exact' : 'more';
}

/**
 * Listens for keys that are meant for the tray and not for a field, a dialog or the browser. The handler answers whether
 * it used the key; what comes back stops the listening.
 */
export function trayKeys(use: (key: string) => boolean): () => void {
  function onKey(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (document.querySelector('[role="dialog"], [role="menu"]')) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest('input:not([type="checkbox"]), textarea, select')) return;
    // Space presses the control that has the focus.
    if (event.key === ' ' && target?.closest('button, a, input')) return;
    if (use(event.key)) event.preventDefault();
  }
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

/** Listens for the keys that decide a reply; the answer stops it. */
export function codeKeys(codes: () => readonly string[], actions: Actions): () => void {
  let typed = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function letter(key: string) {
    clearTimeout(timer);
    typed += key.normalize('NFKC').toUpperCase();
    const match = matchCode(typed, codes());
    const code = typed;
    if (match === 'none') typed = '';
    else if (match === 'exact') {
      typed = '';
      actions.code(code);
    } else {
      // A code that others begin with counts once nothing follows it.
      timer = setTimeout(() => {
        typed = '';
        if (codes().some((known) => known.toUpperCase() === code)) actions.code(code);
      }, PAUSE_MS);
    }
  }

  const stop = trayKeys((key) => {
    if (key === '0') actions.aside();
    else if (key === ' ') actions.later();
    else if (/^[a-zａ-ｚＡ-Ｚ]$/i.test(key)) letter(key);
    else return false;
    return true;
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
