import { t } from '$lib/i18n';

const MEGABYTE = 1024 * 1024;
/** What the server takes; a larger file is refused here already. */
export const MOST_BYTES = 55 * MEGABYTE;

/** 3.4 MB */
export function sizeText(bytes: number, locale: string): string {
  const unit = bytes >= MEGABYTE ? { of: MEGABYTE, name: 'megabyte' } : { of: 1024, name: 'kilobyte' };
  return new Intl.NumberFormat(locale, { style: 'unit', unit: unit.name, maximumFractionDigits: 1 }).format(
    bytes / unit.of
  );
}

/** Why a file cannot be tried at all; null when it can. Spreadsheets begin with the marks of their archives. */
export async function unfit(file: File, locale: string): Promise<string | null> {
  if (file.size === 0) return t('importing.emptyFile', { name: file.name });
  if (file.size > MOST_BYTES)
    return t('importing.tooLarge', { name: file.name, size: sizeText(file.size, locale) });
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const zip = head[0] === 0x50 && head[1] === 0x4b;
  const ole = head[0] === 0xd0 && head[1] === 0xcf;
  return zip || ole ? t('importing.notCsv', { name: file.name }) : null;
}
