import { render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { Api, BroadcastResult } from '$lib/api';
import OrderSheet from './OrderSheet.svelte';

const result = (classes: Api<'ClassProgress'>[]) =>
  ({
    broadcast: { state: 'sending', content: { mode: 'live' } },
    progress: { percent: 40, classes }
  }) as unknown as BroadcastResult;

describe('who is sent to when', () => {
  it('says for each class how many were served and when the others will be', () => {
    render(OrderSheet, {
      result: result([
        { priority: 'first', people: 62, served: 62 },
        { priority: 'normal', people: 11_936, served: 4_100, lastPersonAt: '2026-11-21T18:45:10Z' },
        { priority: 'later', people: 380, served: 0 }
      ])
    });
    const rows = screen.getAllByRole('listitem');
    expect(rows).toHaveLength(3);
    const [first, normal, later] = rows as [HTMLElement, HTMLElement, HTMLElement];
    expect(within(first).getByText('all sent')).toBeVisible();
    expect(normal).toHaveTextContent('4,100 of 11,936 people');
    expect(normal).toHaveTextContent(/by about \d\d:45/);
    // Nothing has gone out yet, so there is no speed to tell a time by.
    expect(within(later).getByText('waiting')).toBeVisible();
  });
});
