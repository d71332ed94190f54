import { describe, expect, it } from 'vitest';
import type { UnreadReply } from '$lib/api';
import { commonQuestion, refusedText } from './together';

const reply = (...broadcasts: string[]): UnreadReply => ({
  id: broadcasts.join('-') || 'none',
  kind: 'unread',
  text: 'x',
  from: '+819000002281',
  receivedAt: '2026-11-21T18:14:10Z',
  reason: 'no_code',
  cryForHelp: false,
  candidates: broadcasts.map((broadcastId) => ({
    broadcastId,
    title: broadcastId,
    mode: 'live' as const,
    ordinal: 0,
    name: 'x',
    choices: []
  }))
});

describe('the question of several replies', () => {
  it('is the newest one that all of them may be an answer to', () => {
    expect(commonQuestion([reply('b2', 'b1'), reply('b1')])?.broadcastId).toBe('b1');
    expect(commonQuestion([reply('b2', 'b1'), reply('b2')])?.broadcastId).toBe('b2');
  });
  it('is none when they have nothing in common', () => {
    expect(commonQuestion([])).toBeNull();
    expect(commonQuestion([reply('b1'), reply('b2')])).toBeNull();
    expect(commonQuestion([reply('b1'), reply()])).toBeNull();
  });
});

describe('what was refused', () => {
  it('is told once for each reason, with how many', () => {
    const told = refusedText([
      { id: '1', code: 'several_people' },
      { id: '2', code: 'several_people' },
      { id: '3', code: 'reply_decided' }
    ]);
    expect(told).toMatch(/^2 .*: it may be from several people/);
    expect(told).toMatch(/1 was left/);
  });
});
