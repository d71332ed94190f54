/** A number as people write it: Japanese ones in their own form, others with spaces after the plus form's code. */
export function phoneText(e164: string): string {
  const mobile = /^\+81([6-9]0)(\d{4})(\d{4})$/.exec(e164);
  if (mobile) return `0${mobile[1]}-${mobile[2]}-${mobile[3]}`;
  const long = /^\+81(800|120)(\d{3})(\d{4})$/.exec(e164);
  if (long) return `0${long[1]}-${long[2]}-${long[3]}`;
  const other = /^\+(1|7|[2-6]\d|8[1-46]|9[0-58]|\d{3})(\d{2,3})(\d{3,4})(\d{3,4})$/.exec(e164);
  return other ? `+${other[1]} ${other[2]} ${other[3]} ${other[4]}` : e164;
}
