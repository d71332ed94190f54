import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Group } from '$lib/api';
import { session } from '$lib/state/session.svelte';
import DeleteGroup from './DeleteGroup.svelte';
import GroupDialog from './GroupDialog.svelte';
import GroupRows from './GroupRows.svelte';

const group = (part: Partial<Group> = {}): Group => ({
  id: 'g1',
  version: 3,
  name: 'Fire brigade',
  description: 'First on site',
  priority: 'first',
  count: 62,
  updatedAt: '2026-11-18T02:10:00Z',
  ...part
});

type Seen = { method: string; body: unknown; key: string | null; version: string | null };
let seen: Seen[] = [];
let answers: (() => Response | Promise<Response>)[] = [];
const told = (body: unknown) => () => Response.json(body);
const refused = (status: number, problem: object) => () => Response.json({ status, ...problem }, { status });

vi.setConfig({ testTimeout: 20_000 }); // typing goes key by key, which a busy machine feels

/** What tables watch their width with; the test page has none. */
class Still {
  observe() {}
  unobserve() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', Still);
  seen = [];
  answers = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.clone().text();
    seen.push({
      method: request.method,
      body: text ? JSON.parse(text) : null,
      key: request.headers.get('Idempotency-Key'),
      version: request.headers.get('If-Match')
    });
    const answer = answers.shift();
    if (!answer) throw new Error('nothing to answer with');
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

const open = (of: Group | null) => {
  const onsaved = vi.fn();
  render(GroupDialog, { open: true, group: of, onsaved });
  return onsaved;
};
const save = () => userEvent.click(screen.getByRole('button', { name: /^(Save|Create the group)$/ }));

describe('the dialog of a group', () => {
  it('makes a new group, normal unless somebody says otherwise', async () => {
    const onsaved = open(null);
    expect(screen.getByRole('button', { name: 'Create the group' })).toBeDisabled();
    await userEvent.type(screen.getByLabelText('Name'), ' Night shift ');
    expect(screen.getByLabelText('Order of sending')).toHaveValue('normal');
    answers = [told(group({ id: 'g2', name: 'Night shift', priority: 'normal' }))];
    await save();
    expect(seen).toMatchObject([
      { method: 'POST', body: { name: 'Night shift', description: '', priority: 'normal' } }
    ]);
    expect(seen[0]?.key).toBeTruthy();
    expect(onsaved).toHaveBeenCalledWith(expect.objectContaining({ id: 'g2' }));
  });

  it('offers the four places in their order and sends the one that was chosen', async () => {
    open(group());
    const select = screen.getByLabelText('Order of sending');
    expect(within(select).getAllByRole('option')).toHaveLength(4);
    expect(
      within(select)
        .getAllByRole('option')
        .map((option) => (option as HTMLOptionElement).value)
    ).toEqual(['first', 'high', 'normal', 'later']);
    expect(select).toHaveValue('first');
    await userEvent.selectOptions(select, 'later');
    answers = [told(group({ priority: 'later', version: 4 }))];
    await save();
    expect(seen).toMatchObject([
      { method: 'PUT', body: { name: 'Fire brigade', description: 'First on site', priority: 'later' } }
    ]);
    expect(seen[0]?.version).toContain('3');
  });

  it('repeats a lost request under its key and a refused one under another', async () => {
    open(null);
    await userEvent.type(screen.getByLabelText('Name'), 'x');
    answers = [
      () => Promise.reject(new TypeError('no network')),
      refused(409, { code: 'duplicate_group', title: '' }),
      told(group())
    ];
    await save();
    await save();
    await save();
    expect(seen[1]?.key).toBe(seen[0]?.key);
    expect(seen[2]?.key).not.toBe(seen[1]?.key);
  });

  it('shows what somebody else made of it before anything is overwritten', async () => {
    const onsaved = open(group());
    answers = [
      refused(412, { code: 'group_changed', title: '' }),
      told(group({ name: 'Fire and rescue', version: 7 })),
      told(group({ version: 8 }))
    ];
    await save();
    expect(screen.getByText(/Fire and rescue/)).toBeVisible();
    expect(onsaved).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Save mine' }));
    expect(seen.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT']);
    expect(seen[2]?.version).toContain('7');
    expect(onsaved).toHaveBeenCalledOnce();
  });

  it('puts what is wrong beside its field', async () => {
    open(null);
    await userEvent.type(screen.getByLabelText('Name'), 'a;b');
    const fields = [{ path: 'name', code: 'semicolon' }];
    answers = [refused(422, { code: 'invalid_fields', title: '', errors: fields, fields })];
    await save();
    expect(screen.getByLabelText('Name')).toHaveAttribute('aria-invalid', 'true');
  });
});

describe('the list of groups', () => {
  const rows = (groups: Group[]) => {
    const onrename = vi.fn();
    const ondelete = vi.fn();
    render(GroupRows, { groups, onrename, ondelete });
    return { onrename, ondelete };
  };

  it('marks who comes first and who later, and leaves the ordinary ones alone', () => {
    rows([
      group(),
      group({ id: 'g2', name: 'Staff', priority: 'normal' }),
      group({ id: 'g3', name: 'Abroad', priority: 'later' })
    ]);
    const table = within(screen.getByRole('table'));
    expect(within(table.getByRole('row', { name: /Fire brigade/ })).getByText('First')).toBeVisible();
    expect(within(table.getByRole('row', { name: /Abroad/ })).getByText('Later')).toBeVisible();
    expect(table.queryByText('Normal')).toBeNull();
  });

  it('offers only what the account may do', async () => {
    const can = vi.spyOn(session, 'can').mockImplementation((permission) => permission === 'group:update');
    const { onrename } = rows([group()]);
    const table = within(screen.getByRole('table'));
    expect(table.queryByRole('button', { name: 'Delete Fire brigade' })).toBeNull();
    await userEvent.click(table.getByRole('button', { name: 'Edit Fire brigade' }));
    expect(onrename).toHaveBeenCalledWith(expect.objectContaining({ id: 'g1' }));
    can.mockRestore();
  });
});

describe('removing a group', () => {
  it('says how many people it has and that they stay, and stays open when it is refused', async () => {
    const onclose = vi.fn();
    const ondeleted = vi.fn();
    render(DeleteGroup, { group: group(), onclose, ondeleted });
    expect(screen.getByText(/It has 62 people\. Its people stay/)).toBeVisible();
    answers = [
      refused(404, { code: 'group_not_found', title: '' }),
      () => new Response(null, { status: 204 })
    ];
    const press = () =>
      userEvent.click(screen.getByRole('button', { name: 'Delete the group of 62 people' }));
    await press();
    expect(onclose).not.toHaveBeenCalled();
    await press();
    expect(onclose).toHaveBeenCalledOnce();
    expect(ondeleted).toHaveBeenCalledOnce();
    expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  });
});
