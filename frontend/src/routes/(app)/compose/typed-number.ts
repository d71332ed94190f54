/** The figure somebody typed: full-width digits and separators mean the same as plain ones. Null when it is none. */
export function typedNumber(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/[\s,、，.人]/g, '');
  return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
}
