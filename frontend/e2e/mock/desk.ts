import type { Page, Request, Route } from '@playwright/test';
import type { Api } from '../../src/lib/api/types';
import { mockApi, type Setting } from './api';
import * as writing from './writing';

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
};

type Answer = { status?: number; json?: unknown } | undefined;
/** Answers a call of the desk pages; undefined leaves it to the others. */
export type Handler = (call: Call, url: URL) => Answer | Promise<Answer>;

export const refusal = (status: number, code: string, more: object = {}): Answer => ({
  status,
  json: { type: 'about:blank', title: code, status, code, requestId: 'req-0002', ...more }
});

function bodyOf(request: Request): unknown {
  try {
    return request.postDataJSON();
  } catch {
    return request.postData();
  }
}

/** The story with handlers of a page's own before it. The answer lists the unsafe calls that were made. */
export async function mockDesk(page: Page, setting: Setting, ...handlers: Handler[]): Promise<Call[]> {
  const calls: Call[] = [];
  await mockApi(page, setting);
  await page.route('**/api/v1/**', async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const call: Call = {
      method: request.method(),
      path: url.pathname.replace('/api/v1', ''),
      headers: request.headers(),
      body: bodyOf(request)
    };
    if (call.method !== 'GET' && call.path !== '/broadcasts/preview') calls.push(call);
    for (const handler of handlers) {
      const answer = await handler(call, url);
      if (!answer) continue;
      const status = answer.status ?? 200;
      const contentType = status >= 400 ? 'application/problem+json' : 'application/json';
      const body = answer.json === undefined ? '' : JSON.stringify(answer.json);
      return route.fulfill({ status, contentType, body });
    }
    return route.fallback();
  });
  return calls;
}

/** Groups, departments and attributes, as the composer and the lists ask for them. */
export const lists =
  (setting: Setting): Handler =>
  ({ method, path }) => {
    if (method !== 'GET') return undefined;
    if (path === '/groups') return { json: setting.empty ? [] : writing.groups(setting.lang) };
    if (path === '/departments') return { json: setting.empty ? [] : writing.departments(setting.lang) };
    if (path === '/attributes') return { json: setting.empty ? [] : ['拠点'] };
    return undefined;
  };

/** A server that keeps one draft, counts it, reviews it and launches it. */
export function draftServer(first?: Api<'BroadcastContent'>): Handler {
  let kept = first ? writing.draft(first) : null;
  return ({ method, path, body, headers }) => {
    const content = body as Api<'BroadcastContent'>;
    if (path === '/broadcasts/preview') return { json: writing.preview(content) };
    if (path === '/broadcasts' && method === 'POST') {
      kept = writing.draft(content);
      return { status: 201, json: kept };
    }
    if (!kept || !path.startsWith(`/broadcasts/${writing.DRAFT_ID}`)) return undefined;
    if (path.endsWith('/review')) {
      kept = { ...kept, version: kept.version + 1 };
      return { json: writing.review(kept.content, kept.version) };
    }
    if (path.endsWith('/launch')) return { status: 202, json: { ...kept, state: 'expanding' } };
    if (method === 'PUT') {
      if (headers['if-match'] !== `"${kept.version}"`) return refusal(409, 'version_changed');
      kept = writing.draft(content, kept.version + 1);
      return { json: kept };
    }
    if (method === 'DELETE') return { status: 204 };
    return path.endsWith(writing.DRAFT_ID) ? { json: kept } : undefined;
  };
}
