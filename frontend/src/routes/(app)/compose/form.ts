import type { Api } from '$lib/api';

export type Content = Api<'BroadcastContent'>;
export type Mode = Api<'BroadcastMode'>;
export type Tone = Api<'Tone'>;
export type Audience = {
  everyone: boolean;
  groups: string[];
  departments: string[];
  recipients: string[];
};
export type ChoiceForm = { key: number; code: string; label: string; tone: Tone };
export type BodyForm = {
  key: number;
  language: string;
  text: string;
  labels: Record<number, string>;
  /** What the operator registered the text as; most operators register nothing. */
  templateId: string;
};

/** What is being written. Choices and bodies carry a key of their own, so that rows keep their place when moved. */
export type Form = {
  title: string;
  /** Nothing is preselected: LIVE or DRILL is the first decision and always a person's. */
  mode: Mode | null;
  urgency: Api<'Urgency'>;
  bodies: BodyForm[];
  choices: ChoiceForm[];
  multiSelect: boolean;
  allPhones: boolean;
  autoReply: boolean;
  audience: Audience;
  uncertain: '' | 'resend' | 'mark_unknown';
};

export const MAX_CHOICES = 22;
export const MAX_BODIES = 12;

let lastKey = 0;
export const freshKey = (): number => ++lastKey;

export const freshBody = (language: string): BodyForm => ({
  key: freshKey(),
  language,
  text: '',
  labels: {},
  templateId: ''
});

export const emptyForm = (language: string, mode: Mode | null = null): Form => ({
  title: '',
  mode,
  urgency: 'urgent',
  bodies: [freshBody(language)],
  choices: [],
  multiSelect: false,
  allPhones: false,
  autoReply: false,
  audience: { everyone: false, groups: [], departments: [], recipients: [] },
  uncertain: ''
});

/**
 * The form of a broadcast. A copy leaves mode and codes open: a new broadcast decides anew whether it is meant, and codes
 * of the old one may be taken.
 */
export function formOf(content: Content, copy = false): Form {
  const choices = content.choices.map((choice) => ({
    key: freshKey(),
    code: copy ? '' : (choice.code ?? ''),
    label: choice.label,
    tone: choice.tone
  }));
  const labelsOf = (labels: readonly string[] = []) =>
    Object.fromEntries(choices.map((choice, index) => [choice.key, labels[index] ?? '']));
  return {
    title: content.title,
    mode: copy ? null : content.mode,
    urgency: content.urgency,
    bodies: content.bodies.map((body) => ({
      key: freshKey(),
      language: body.language,
      text: body.text,
      labels: labelsOf(body.labels),
      templateId: body.templateId ?? ''
    })),
    choices,
    multiSelect: content.multiSelect ?? false,
    allPhones: content.allPhones ?? false,
    autoReply: content.autoReply ?? false,
    audience: {
      everyone: content.audience.everyone ?? false,
      groups: [...(content.audience.groups ?? [])],
      departments: [...(content.audience.departments ?? [])],
      recipients: [...(content.audience.recipients ?? [])]
    },
    uncertain: content.uncertain ?? ''
  };
}

/** What the server is given. Without a mode it is for counting only: nothing is saved then. */
export function contentOf(form: Form): Content {
  const { everyone, groups, departments, recipients } = form.audience;
  return {
    title: form.title.trim(),
    mode: form.mode ?? 'live',
    urgency: form.urgency,
    bodies: form.bodies.map((body) => {
      const labels = form.choices.map((choice) => (body.labels[choice.key] ?? '').trim());
      return {
        language: body.language,
        text: body.text,
        ...(labels.some((label) => label !== '') && { labels }),
        ...(body.templateId.trim() && { templateId: body.templateId.trim() })
      };
    }),
    choices: form.choices.map((choice) => ({
      label: choice.label.trim(),
      tone: choice.tone,
      ...(codeOf(choice.code) && { code: codeOf(choice.code) })
    })),
    multiSelect: form.multiSelect,
    allPhones: form.allPhones,
    autoReply: form.autoReply,
    audience: {
      everyone,
      ...(groups.length > 0 && { groups }),
      ...(departments.length > 0 && { departments }),
      ...(recipients.length > 0 && { recipients })
    },
    ...(form.uncertain && { uncertain: form.uncertain })
  };
}

/** A code as it will stand in the text: full-width and small letters mean the same. */
export const codeOf = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, 2);

/** Codes that stand at more than one choice. */
export function repeatedCodes(choices: readonly ChoiceForm[]): string[] {
  const codes = choices.map((choice) => codeOf(choice.code)).filter((code) => code !== '');
  return [...new Set(codes.filter((code, index) => codes.indexOf(code) !== index))];
}

/** True when somebody has written or chosen anything besides the mode. */
export function hasContent(form: Form): boolean {
  return (
    form.title.trim() !== '' ||
    form.bodies.some((body) => body.text.trim() !== '') ||
    form.choices.some((choice) => choice.label.trim() !== '') ||
    hasAudience(form.audience)
  );
}

export const hasAudience = (audience: Audience): boolean =>
  audience.everyone ||
  audience.groups.length > 0 ||
  audience.departments.length > 0 ||
  audience.recipients.length > 0;

/** The list with one row moved by a step; a row at the end stays. */
export function moved<Item>(list: readonly Item[], from: number, step: -1 | 1): Item[] {
  const to = from + step;
  if (to < 0 || to >= list.length) return [...list];
  const next = [...list];
  const [item] = next.splice(from, 1);
  next.splice(to, 0, item as Item);
  return next;
}
