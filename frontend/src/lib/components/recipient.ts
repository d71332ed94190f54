import type { Api, Recipient } from '$lib/api';
import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/recipients';
import { phoneText } from './phone';

export type Phone = Api<'Phone'>;

/** A number as people write it, else as it was typed. */
export const shownPhone = (phone: Phone): string =>
  phone.status === 'sms_ok' && phone.e164 ? phoneText(phone.e164) : phone.raw;

/** The phone a text would go to; undefined when the person has none that takes one. */
export const usablePhone = (person: Recipient): Phone | undefined =>
  person.phones.find((phone) => phone.status === 'sms_ok');

/** The number to show beside a name. */
export function firstPhone(person: Recipient): string {
  const phone = usablePhone(person) ?? person.phones[0];
  return phone ? shownPhone(phone) : '';
}

/** Whether a phone takes texts, and why not, in words. */
export function phoneStatusText(phone: Phone): string {
  if (phone.status === 'sms_ok') return t('recipients.phone_ok');
  const key = `phone_${phone.reason ?? phone.status}`;
  return t(
    (key in words ? `recipients.${key}` : `recipients.phone_${phone.status}`) as Key &
      'recipients.phone_invalid'
  );
}
