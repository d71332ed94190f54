import type { Page, Route } from '@playwright/test';
import { detail, people, unread } from './people';
import * as story from './story';

export type Setting = {
  lang: story.Lang;
  dark?: boolean;
  signedIn?: boolean;
  setup?: boolean;
  empty?: boolean;
};

const problem = (status: number, code: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: code, status, code, requestId: 'req-0001' })
});

/** Answers the API with the story and streams its snapshots, so that pages can be looked at without an appliance. */
export async function mockApi(page: Page, setting: Setting): Promise<void> {
  const { lang } = setting;
  await page.clock.setFixedTime(new Date(story.NOW));
  await page.addInitScript(
    ({ events, locale, dark }) => {
      localStorage.setItem('noroshi.locale', locale);
      localStorage.setItem('noroshi.theme', dark ? 'dark' : 'light');
      class StoryStream extends EventTarget {
        readyState = 1;
        constructor() {
          super();
          setTimeout(() => {
            this.dispatchEvent(new Event('open'));
            for (const [name, data] of events)
              this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
          }, 20);
        }
        close() {}
      }
      Object.defineProperty(window, 'EventSource', { value: StoryStream });
    },
    {
      locale: lang,
      dark: setting.dark ?? false,
      events: (setting.empty
        ? [['signals', { ...story.signals, needHelp: 0, unread: 0, running: 0 }]]
        : [
            ['signals', story.signals],
            ['broadcast', story.result(lang)],
            ['system', story.system(lang)]
          ]) as [string, unknown][]
    }
  );
  await page.route('**/api/v1/**', (route) => answer(route, setting));
}

async function answer(route: Route, setting: Setting): Promise<void> {
  const { lang } = setting;
  const url = new URL(route.request().url());
  const path = url.pathname.replace('/api/v1', '');
  const json = (body: unknown) => route.fulfill({ json: body });
  if (path === '/session' && setting.signedIn === false)
    return route.fulfill(problem(401, 'unauthenticated'));
  if (path === '/setup' && route.request().method() === 'POST')
    return route.fulfill({ status: 201, json: story.session(lang) });
  if (path === '/setup')
    return json({
      needed: setting.setup ?? false,
      demo: false,
      version: '1.0.0',
      languages: ['ja', 'en'],
      routes: story.routeStates(lang).slice(0, 3)
    });
  if (path === '/account') return json(story.session(lang).account);
  if (path === '/session') return json(story.session(lang));
  if (path === '/home')
    return json(
      setting.empty
        ? {
            ...story.home(lang),
            signals: { ...story.signals, needHelp: 0, unread: 0, running: 0 },
            running: [],
            recent: [],
            recipients: 0,
            unreachable: 0
          }
        : story.home(lang)
    );
  if (path === '/broadcasts')
    return json(
      setting.empty
        ? { items: [] }
        : {
            items: [
              { ...story.result(lang), answers: story.answers(lang) },
              story.drill(lang),
              ...story.recent(lang)
            ]
          }
    );
  if (path.endsWith('/result')) return json(story.result(lang));
  if (path.endsWith('/people')) return json(people(lang, url.searchParams.get('filter')));
  if (/\/people\/\d+$/.test(path)) return json(detail(lang));
  if (path === '/unread') return json(tray(setting, url.searchParams.get('kind')));
  if (/\/(stop|close)$/.test(path)) return json(story.result(lang).broadcast);
  if (/^\/unread\/\w+\/(assign|set-aside|undo)$/.test(path)) {
    setting.decided = [...(setting.decided ?? []), path.split('/')[2] ?? ''];
    return json(unread(lang, null).items[0]);
  }
  if (path === '/recipients')
    return json({
      total: 1,
      items: [
        {
          id: '01hq3rcpt0000',
          version: 1,
          name: '高橋 美咲',
          department: '横浜工場 製造2課',
          phones: [],
          emails: [],
          attributes: {},
          groups: [],
          createdAt: story.NOW,
          updatedAt: story.NOW
        }
      ]
    });
  if (['/departments', '/groups', '/attributes'].includes(path)) return json([]);
  if (path === '/audit')
    return json({
      items: [
        {
          number: 48_102,
          at: '2026-11-21T18:14:10Z',
          who: story.session(lang).account.name,
          from: '10.20.4.18',
          action: 'broadcast.launched',
          object: `broadcast/${story.LIVE_ID}`
        },
        {
          number: 48_096,
          at: '2026-11-21T18:13:02Z',
          who: story.session(lang).account.name,
          from: '10.20.4.18',
          action: 'broadcast.reviewed',
          object: `broadcast/${story.LIVE_ID}`
        }
      ]
    });
  if (path === '/system') return json(story.system(lang));
  return route.fulfill(problem(404, 'not_found'));
}

function tray(setting: Setting, kind: string | null) {
  if (setting.empty) return { items: [], total: 0 };
  const page = unread(setting.lang, kind);
  const left = page.items.filter((reply) => !setting.decided?.includes(reply.id));
  return { items: left, total: page.total - (page.items.length - left.length) };
}
