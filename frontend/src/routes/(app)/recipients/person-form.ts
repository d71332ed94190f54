import type { Api, ApiError, FieldProblem, Recipient } from '$lib/api';

export type PersonInput = Api<'RecipientInput'>;
type Row = { key: number };

/** A person while they are edited; lists carry keys so that rows keep their place. */
export type PersonForm = {
  name: string;
  reading: string;
  externalId: string;
  department: string;
  language: string;
  timezone: string;
  phones: (Row & { raw: string; label: string })[];
  emails: (Row & { address: string })[];
  attributes: (Row & { name: string; value: string })[];
  groups: string[];
};

let lastKey = 0;
export const freshKey = (): number => ++lastKey;

export const emptyPerson = (): PersonForm => ({
  name: '',
  reading: '',
  externalId: '',
  department: '',
  language: '',
  timezone: '',
  phones: [{ key: freshKey(), raw: '', label: '' }],
  emails: [],
  attributes: [],
  groups: []
});

export const personForm = (person: Recipient): PersonForm => ({
  name: person.name,
  reading: person.reading ?? '',
  externalId: person.externalId ?? '',
  department: person.department ?? '',
  language: person.language ?? '',
  timezone: person.timezone ?? '',
  phones: person.phones.map((phone) => ({ key: freshKey(), raw: phone.raw, label: phone.label ?? '' })),
  emails: person.emails.map((address) => ({ key: freshKey(), address })),
  attributes: Object.entries(person.attributes).map(([name, value]) => ({ key: freshKey(), name, value })),
  groups: person.groups.map((group) => group.id)
});

/** What the server is given: rows left empty are not there. */
export function personInput(form: PersonForm): PersonInput {
  return {
    name: form.name.trim(),
    reading: form.reading.trim(),
    externalId: form.externalId.trim(),
    department: form.department.trim(),
    language: form.language,
    timezone: form.timezone.trim(),
    phones: form.phones
      .filter((phone) => phone.raw.trim() !== '')
      .map(({ raw, label }) => ({ raw: raw.trim(), ...(label.trim() && { label: label.trim() }) })),
    emails: form.emails.map(({ address }) => address.trim()).filter((address) => address !== ''),
    attributes: Object.fromEntries(
      form.attributes
        .filter(({ name }) => name.trim() !== '')
        .map(({ name, value }) => [name.trim(), value.trim()])
    ),
    groups: form.groups
  };
}

/**
 * What is wrong with row `index` of a list. The server counts the rows it was given, and empty ones were not.
 */
export function rowProblem(
  error: ApiError | null,
  list: 'phones' | 'emails',
  index: number,
  filled: readonly boolean[]
): FieldProblem | undefined {
  if (!error || !filled[index]) return undefined;
  const place = filled.slice(0, index).filter(Boolean).length;
  const names = list === 'emails' ? ['emails', 'mails'] : [list];
  return error.fields.find(({ path }) =>
    names.some((name) => path === `${name}[${place}]` || path.startsWith(`${name}[${place}].`))
  );
}

export type Field =
  | 'name'
  | 'reading'
  | 'externalId'
  | 'department'
  | 'language'
  | 'timezone'
  | 'phones'
  | 'emails'
  | 'groups'
  | 'attributes';

/** The fields in which two states of a person differ. */
export function changedFields(before: Recipient, after: Recipient): Field[] {
  const [a, b] = [personInput(personForm(before)), personInput(personForm(after))];
  const fields: readonly Field[] = [
    'name',
    'reading',
    'externalId',
    'department',
    'language',
    'timezone',
    'phones',
    'emails',
    'groups',
    'attributes'
  ];
  return fields.filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}
