import { describe, expect, it } from 'vitest';
import { ApiError, type Recipient } from '$lib/api';
import { changedFields, emptyPerson, personForm, personInput, rowProblem } from './person-form';

const person: Recipient = {
  id: 'p1',
  version: 4,
  name: '伊藤 亮',
  reading: 'イトウ リョウ',
  phones: [{ raw: '090-0000-1182', e164: '+819000001182', status: 'sms_ok', label: '社用' }],
  emails: ['ito@aomine.example'],
  attributes: { 拠点: '横浜' },
  groups: [{ id: 'g1', name: '全社員' }],
  createdAt: '2026-04-01T00:00:00Z',
  updatedAt: '2026-11-18T02:10:00Z'
};

describe('a person form', () => {
  it('gives back what the person has', () => {
    expect(personInput(personForm(person))).toMatchObject({
      name: '伊藤 亮',
      phones: [{ raw: '090-0000-1182', label: '社用' }],
      emails: ['ito@aomine.example'],
      attributes: { 拠点: '横浜' },
      groups: ['g1']
    });
  });

  it('leaves out rows that were left empty', () => {
    const form = emptyPerson();
    form.name = '  Lim Wei ';
    form.phones.push({ key: -1, raw: ' +65 8000 0110 ', label: ' ' });
    form.emails.push({ key: -2, address: '  ' });
    form.attributes.push({ key: -3, name: '', value: 'x' });
    expect(personInput(form)).toMatchObject({
      name: 'Lim Wei',
      phones: [{ raw: '+65 8000 0110' }],
      emails: [],
      attributes: {}
    });
  });
});

describe('what is wrong with a row', () => {
  const error = new ApiError({
    code: 'invalid',
    fields: [
      { path: 'phones[1].raw', code: 'phone_invalid', params: { reason: 'too_short' } },
      { path: 'mails[0]', code: 'mail_no_at' }
    ]
  });

  it('is found although empty rows were not sent', () => {
    const filled = [true, false, true];
    expect(rowProblem(error, 'phones', 2, filled)?.code).toBe('phone_invalid');
    expect(rowProblem(error, 'phones', 0, filled)).toBeUndefined();
    expect(rowProblem(error, 'phones', 1, filled)).toBeUndefined();
  });

  it('is found by either name of the addresses', () => {
    expect(rowProblem(error, 'emails', 0, [true])?.code).toBe('mail_no_at');
  });
});

describe('changed fields', () => {
  it('say what somebody else changed', () => {
    const after: Recipient = { ...person, department: '本社', phones: [], version: 5 };
    expect(changedFields(person, after)).toEqual(['department', 'phones']);
    expect(changedFields(person, { ...person, version: 9 })).toEqual([]);
  });
});
