import { describe, expect, it } from '@jest/globals';
import { openFormPage } from '../../../../test/support/form-page.js';
import { itReportsFailures } from '../../../../test/support/form-page-failures.js';
import { ConfirmEmailChangePage } from './confirm-email-change.page.js';

const open = (search = '?token=abc') => openFormPage(new ConfirmEmailChangePage().show('en'), search);

const sent = (path: string) => ({
  path: `v2/auth/email/change/${path}`,
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: '{"token":"abc"}',
});

describe('the page behind the link to a new address', () => {
  it.each([
    ['de-AT,de;q=0.9', 'de', 'Diese Adresse verwenden'],
    ['en, de', 'en', 'Use this address'],
    [undefined, 'en', 'Use this address'],
  ])('is for a browser that prefers %j in %s', (languages, language, button) => {
    const page = new ConfirmEmailChangePage().show(languages);
    expect(page).toContain(`<html lang="${language}"`);
    expect(page).toContain(button);
  });

  it('sends nothing until a button is clicked', () => {
    const page = open();
    expect([page.requests, page.first.hidden]).toEqual([[], false]);
  });

  it('confirms the address', async () => {
    const page = open();
    await page.submit(page.first, 204);
    expect(page.requests).toEqual([sent('confirm')]);
    expect(page.status.textContent).toMatch(/Your account now has this address/);
    expect([page.first.hidden, page.second.hidden, page.focused]).toEqual([true, true, page.status]);
  });

  it('cancels a request that someone else made', async () => {
    const page = open();
    await page.submit(page.second, 204);
    expect(page.requests).toEqual([sent('undo')]);
    expect(page.status.textContent).toMatch(/The request has been canceled/);
    expect([page.first.hidden, page.second.hidden]).toEqual([true, true]);
  });

  itReportsFailures(open, /Your account now has this address/);

  it('says so if someone else has got the address', async () => {
    const page = open();
    await page.submit(page.first, 409, { code: 'email-taken' });
    expect(page.status.textContent).toMatch(/belongs to another account now/);
    expect(page.first.hidden).toBe(true);
  });
});
