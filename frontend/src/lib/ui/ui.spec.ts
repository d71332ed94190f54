import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import ConfirmDialog from './ConfirmDialog.svelte';
import Pagination from './Pagination.svelte';

describe('ConfirmDialog', () => {
  const props = { open: true, title: 'Send?', confirmLabel: 'Send to 12,480 people', typed: '12480' };

  it('opens its button only for the number that was asked, full-width digits and separators included', async () => {
    const onconfirm = vi.fn();
    render(ConfirmDialog, { ...props, onconfirm });
    const button = screen.getByRole('button', { name: 'Send to 12,480 people' });
    const field = screen.getByLabelText('Type 12480 to confirm.');
    expect(button).toBeDisabled();
    await userEvent.type(field, '1248');
    expect(button).toBeDisabled();
    await userEvent.clear(field);
    await userEvent.type(field, '１２,４８０');
    expect(button).toBeEnabled();
    await userEvent.click(button);
    expect(onconfirm).toHaveBeenCalledOnce();
  });

  it('refuses a second press while the first is under way', () => {
    render(ConfirmDialog, { ...props, typed: undefined, busy: true, onconfirm: vi.fn() });
    expect(screen.getByRole('button', { name: 'Send to 12,480 people' })).toBeDisabled();
  });
});

describe('Pagination', () => {
  it('says where one is and offers only ways that exist', () => {
    render(Pagination, {
      from: 1,
      to: 50,
      total: 98_412,
      hasPrevious: false,
      hasNext: true,
      onprevious: vi.fn(),
      onnext: vi.fn()
    });
    expect(screen.getByText('1–50 of 98,412')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Previous' })).toBeDisabled();
    expect(screen.getByRole('button', { name: 'Next' })).toBeEnabled();
  });
});
