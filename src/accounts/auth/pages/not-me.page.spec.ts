import { describe, expect, it } from '@jest/globals';
import { openFormPage } from '../../../../test/support/form-page.js';
import { itReportsFailures } from '../../../../test/support/form-page-failures.js';
import { UndoChangePage } from '../account-changes/undo-change.page.js';
import { UndoEmailChangePage } from '../email-change/undo-email-change.page.js';
import { DisownSessionPage } from '../sign-in-notices/disown-session.page.js';

const PAGES = [
  {
    title: 'the page behind the links in the mails about changes',
    Page: UndoChangePage,
    button: { en: 'Undo the change', de: 'Änderung rückgängig machen' },
    path: 'v2/auth/changes/undo',
    done: /The change has been undone/,
  },
  {
    title: 'the page behind the link in the mail about a new sign-in',
    Page: DisownSessionPage,
    button: { en: 'Sign out this device', de: 'Dieses Gerät abmelden' },
    path: 'v2/auth/sessions/disown',
    done: /That device has been signed out/,
  },
  {
    title: 'the page behind the link to an old address',
    Page: UndoEmailChangePage,
    button: { en: 'Take my account back', de: 'Mein Konto zurückholen' },
    path: 'v2/auth/email/change/undo',
    done: /Your account is yours again/,
  },
];

describe.each(PAGES)('$title', ({ Page, button, path, done }) => {
  const open = (search = '?token=abc') => openFormPage(new Page().show('en'), search);

  it.each([
    ['de-AT,de;q=0.9', 'de'],
    ['en, de', 'en'],
    [undefined, 'en'],
  ] as const)('is for a browser that prefers %j in %s', (languages, language) => {
    const page = new Page().show(languages);
    expect(page).toContain(`<html lang="${language}"`);
    expect(page).toContain(button[language]);
  });

  it('has a link to set a new password below what it says', () => {
    expect(new Page().show('en')).toMatch(/id="status"[^]*<a href="reset-password">/);
  });

  it('sends nothing until the button is clicked, and then the token', async () => {
    const page = open();
    expect([page.requests, page.first.hidden]).toEqual([[], false]);
    await page.submit(page.first, 204);
    expect(page.requests).toEqual([
      {
        path,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"abc"}',
      },
    ]);
    expect(page.status.textContent).toMatch(done);
    expect([page.first.hidden, page.lead.hidden, page.focused]).toEqual([true, true, page.status]);
  });

  itReportsFailures(open, done);
});
