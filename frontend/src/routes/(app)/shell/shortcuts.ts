export type Shortcut = 'palette' | 'search' | 'compose' | 'home' | 'broadcasts' | 'recipients' | 'help';

const SEQUENCE_MS = 1_000;
const STORE = 'noroshi.singleKeys';

/** Single letters can be switched off: speech input and tremor press them by accident (WCAG 2.1.4). */
export function singleKeys(): boolean {
  try {
    return localStorage.getItem(STORE) !== 'off';
  } catch {
    return true;
  }
}

export function setSingleKeys(on: boolean): void {
  try {
    localStorage.setItem(STORE, on ? 'on' : 'off');
  } catch {
    // Without storage the letters stay on.
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable="true"]') !== null
  );
}

/** Listens for the console's keys; letters do nothing in fields and while a dialog is open. */
export function listenForShortcuts(run: (shortcut: Shortcut) => void): () => void {
  let goAt = 0;
  function onKey(event: KeyboardEvent) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      run('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector('[role="dialog"], [role="menu"]') || !singleKeys())
      return;
    const afterG = event.timeStamp - goAt < SEQUENCE_MS && goAt > 0;
    goAt = event.key === 'g' ? event.timeStamp : 0;
    const found = afterG
      ? ({ b: 'broadcasts', r: 'recipients', h: 'home' } as const)[event.key as 'b' | 'r' | 'h']
      : ({ '/': 'search', c: 'compose', '?': 'help' } as const)[event.key as '/' | 'c' | '?'];
    // Pages that give letters a meaning of their own, such as the tray, keep them.
    if (!found || (document.querySelector('[data-own-keys]') && found !== 'help')) return;
    event.preventDefault();
    run(found);
  }
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
