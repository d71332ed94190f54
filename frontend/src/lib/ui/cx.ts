type Piece = string | false | null | undefined;

/** Joins class names and leaves out what is not there. */
export const cx = (...pieces: Piece[]): string => pieces.filter(Boolean).join(' ');
