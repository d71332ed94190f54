import type { Api } from '$lib/api';

export type Card = Api<'CountryCard'>;
export type Input = Api<'CountryInput'>;

/** A card as it is edited: lists are lines of text, figures are what is typed. */
export type CardForm = {
  replies: Input['replies'];
  sender: Input['sender'];
  registration: Input['registration'];
  links: Input['links'];
  numbers: Input['numbers'];
  charset: NonNullable<Input['charset']>;
  maxParts: string;
  singleLimit: string;
  partLimit: string;
  validityH: string;
  joined: boolean;
  plain: boolean;
  brand: boolean;
  signature: boolean;
  prefix: string;
  quietFrom: string;
  quietTo: string;
  zones: string;
  reserved: string;
  optOut: string;
  parameters: string;
  languages: string;
  notesJa: string;
  notesEn: string;
};

export const REPLIES = ['sender', 'number', 'none'] as const;
export const SENDERS = ['any', 'numeric', 'letters', 'short_code', 'overwritten'] as const;
export const REGISTRATIONS = ['none', 'sender', 'template'] as const;
export const RULES = ['allowed', 'registered', 'blocked'] as const;
export const CHARSETS = ['any', 'euc_kr'] as const;

export const formOf = (card: Card): CardForm => ({
  replies: card.replies,
  sender: card.sender,
  registration: card.registration,
  links: card.links,
  numbers: card.numbers,
  charset: card.charset ?? 'any',
  maxParts: String(card.maxParts),
  singleLimit: String(card.singleLimit ?? 0),
  partLimit: String(card.partLimit ?? 0),
  validityH: String(card.validityH ?? 0),
  joined: card.joined,
  plain: card.plain ?? false,
  brand: card.brand ?? false,
  signature: card.signature ?? false,
  prefix: card.prefix ?? '',
  quietFrom: card.quietFrom ?? '',
  quietTo: card.quietTo ?? '',
  zones: card.zones.join('\n'),
  reserved: (card.reserved ?? []).join(', '),
  optOut: (card.optOut ?? []).join(', '),
  parameters: (card.parameters ?? []).join(', '),
  languages: (card.languages ?? []).join(', '),
  notesJa: card.notes?.ja ?? '',
  notesEn: card.notes?.en ?? ''
});

/** Figures may be typed in full-width digits; what is no figure is refused by the server as out of range. */
const figure = (typed: string): number => {
  const text = typed.normalize('NFKC').trim();
  return /^\d{1,6}$/.test(text) ? Number(text) : text === '' ? 0 : -1;
};

const words = (text: string, apart = /[,、，\n]/): string[] =>
  text
    .split(apart)
    .map((word) => word.trim())
    .filter((word) => word !== '');

export const inputOf = (form: CardForm): Input => ({
  replies: form.replies,
  sender: form.sender,
  registration: form.registration,
  links: form.links,
  numbers: form.numbers,
  charset: form.charset,
  maxParts: figure(form.maxParts),
  singleLimit: figure(form.singleLimit),
  partLimit: figure(form.partLimit),
  validityH: figure(form.validityH),
  joined: form.joined,
  plain: form.plain,
  brand: form.brand,
  signature: form.signature,
  prefix: form.prefix,
  quietFrom: form.quietFrom.normalize('NFKC').trim(),
  quietTo: form.quietTo.normalize('NFKC').trim(),
  zones: words(form.zones),
  reserved: words(form.reserved),
  optOut: words(form.optOut),
  parameters: words(form.parameters),
  languages: words(form.languages),
  notes: { ja: form.notesJa.trim(), en: form.notesEn.trim() }
});
