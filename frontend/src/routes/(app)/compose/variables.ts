/** The variables every text may use, with the words the console shows for them. */
export type VariableName = { readonly stored: string; readonly shown: string };

const STORED = /\{\{\s*([^{}]+?)\s*\}\}/g;
const SHOWN = /(?<!\{)\{([^{}]+)\}(?!\})/g;

/** A body as it is shown in the editor: `{{name}}` reads `{Name}` in the language of the console. */
export function shownText(text: string, names: readonly VariableName[]): string {
  return text.replace(STORED, (whole, name: string) => {
    const found = names.find((variable) => variable.stored === name);
    return found ? `{${found.shown}}` : whole;
  });
}

/** What was typed in the editor as it is kept; words in braces that name no variable stay words. */
export function storedText(text: string, names: readonly VariableName[]): string {
  return text.replace(SHOWN, (whole, name: string) => {
    const found = names.find((variable) => variable.shown === name);
    return found ? `{{${found.stored}}}` : whole;
  });
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly open: string; readonly name: string; readonly close: string }
  /** A character that makes the whole text longer. */
  | { readonly kind: 'costly'; readonly text: string };

/** The text of the editor cut into words, variables and the costly character, in order and without a gap. */
export function pieces(text: string, names: readonly VariableName[], costly?: string): Piece[] {
  const list: Piece[] = [];
  for (const part of text.split(/(\{\{[^{}]+\}\}|\{[^{}]+\})/)) {
    if (part === '') continue;
    const [, open = '', name = '', close = ''] = /^(\{\{?)([^{}]+)(\}\}?)$/.exec(part) ?? [];
    const known = open === '{{' || (open === '{' && names.some((variable) => variable.shown === name));
    if (known) list.push({ kind: 'variable', open, name, close });
    else if (!costly) list.push({ kind: 'text', text: part });
    else
      part.split(costly).forEach((between, index) => {
        if (index > 0) list.push({ kind: 'costly', text: costly });
        if (between !== '') list.push({ kind: 'text', text: between });
      });
  }
  return list;
}

/** U+2019, as standards name a character. */
export function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether a character stands in the body itself, outside of what is filled in. */
export const isWritten = (text: string, char: string): boolean =>
  pieces(text, [], char).some((piece) => piece.kind === 'costly');
