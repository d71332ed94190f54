import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/activity';

/** What was done, in words; an action that the console does not know yet shows its own name. */
export function actionText(action: string): string {
  const key = action.replaceAll('.', '_');
  return key in words ? t(`activity.${key}` as Key & 'activity.broadcast_launched') : action;
}
