import { describe, expect, it } from '@jest/globals';
import { openFormPage } from '../../../../test/support/form-page.js';
import { DisownSessionPage } from './disown-session.page.js';

const open = (search: string) => openFormPage(new DisownSessionPage().show('en'), search);

describe('the page behind the link in the mail about a new sign-in', () => {
  it.each([
    ['de-AT,de;q=0.9', 'de', 'Dieses Gerät abmelden'],
    ['en, de', 'en', 'Sign out this device'],
  ])('is for a browser that prefers %j in %s', (languages, language, button) => {
    const page = new DisownSessionPage().show(languages);
    expect(page).toContain(`<html lang="${language}"`);
    expect(page).toContain(button);
    expect(page).toContain('<a href="reset-password">');
  });

  it('does nothing until the button is clicked, and then ends the session', async () => {
    const page = open('?token=abc');
    expect([page.requests, page.first.hidden]).toEqual([[], false]);
    await page.submit(page.first, 204);
    expect(page.requests).toEqual([
      {
        path: 'v2/auth/sessions/disown',
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"abc"}',
      },
    ]);
    expect(page.status.textContent).toMatch(/That device is signed out/);
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
    expect(page.status.textContent).toMatch(/That device is signed out/);
  });
});
