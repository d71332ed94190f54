import { api, etag, unwrap, type Api } from '$lib/api';
import { countryName, t } from '$lib/i18n';
import { toasts } from '$lib/ui';

type Card = Api<'CountryCard'>;

/** Saves a card on the ground of a version. Throws an ApiError; a newer version refuses the change. */
export async function saveCountry(card: Card, body: Api<'CountryInput'>): Promise<Card> {
  const params = { path: { country: card.country }, header: { 'If-Match': etag(card.version) } };
  const saved = await unwrap(api.PUT('/countries/{country}', { params, body }));
  toasts.show(t('countries.saved', { country: countryName(saved.country) }));
  return saved;
}

/** Puts a card back as it was delivered. Throws an ApiError. */
export async function restoreCountry(card: Card): Promise<Card> {
  const params = { path: { country: card.country }, header: { 'If-Match': etag(card.version) } };
  const saved = await unwrap(api.POST('/countries/{country}/restore', { params }));
  toasts.show(t('countries.restored', { country: countryName(saved.country) }));
  return saved;
}
