import { describe, expect, it } from '@jest/globals';
import { openFormPage } from '../../../../test/support/form-page.js';
import { UndoChangePage } from './undo-change.page.js';

const open = (search: string) => openFormPage(new UndoChangePage().show('en'), search);

describe('the page behind the links in the mails about changes', () => {
  it.each([
    ['de-AT,de;q=0.9', 'de', 'Änderung rückgängig machen'],
    ['en, de', 'en', 'Undo the change'],
  ])('is for a browser that prefers %j in %s', (languages, language, button) => {
    const page = new UndoChangePage().show(languages);
    expect(page).toContain(`<html lang="${language}"`);
    expect(page).toContain(button);
    expect(page).toContain('<a href="reset-password">');
  });

  it('does nothing until the button is clicked, and then undoes the change', async () => {
    const page = open('?token=abc');
    expect([page.requests, page.first.hidden]).toEqual([[], false]);
    await page.submit(page.first, 204);
    expect(page.requests).toEqual([
      {
        path: 'v2/auth/changes/undo',
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"abc"}',
      },
    ]);
    expect(page.status.textContent).toMatch(/The change is undone/);
    expect([page.first.hidden, page.lead.hidden, page.focused]).toEqual([true, true, page.status]);
  });

  it.each(['?token=abc', ''])('says so if the link is invalid: %j', async (search) => {
    const page = open(search);
    await page.submit(page.first, 400, { code: 'invalid-token' });
    expect(page.status.textContent).toMatch(/isn't valid, or it has expired/);
    expect(page.first.hidden).toBe(true);
  });

  it.each([500, 429, 0])('lets people try again after the status %j', async (status) => {
    const page = open('?token=abc');
    await page.submit(page.first, status);
    expect(page.status.textContent).toMatch(/try again/);
    expect(page.first.hidden).toBe(false);
    await page.submit(page.first, 204);
    expect(page.status.textContent).toMatch(/The change is undone/);
  });
});
