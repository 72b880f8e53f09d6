import { describe, expect, it } from '@jest/globals';
import { type FormPage, openFormPage } from '../../../../test/support/form-page.js';
import { ResetPasswordPage } from './reset-password.page.js';

describe('the page behind the link to reset a password', () => {
  it('sets the password that people choose', async () => {
    const page = open('?token=abc');
    expect([page.requests, page.first.hidden, page.second.hidden]).toEqual([[], false, true]);
    page.password.value = 'four quiet herons';
    await page.submit(page.first, 204);
    expect(page.requests).toMatchObject([
      { path: 'v2/auth/password/reset', body: '{"token":"abc","password":"four quiet herons"}' },
    ]);
    expect(page.status.textContent).toMatch(/is saved/);
    expect([page.first.hidden, page.second.hidden, page.lead.hidden]).toEqual([true, true, true]);
  });

  it.each([
    [422, 'weak-password'],
    [400, 'invalid-input'],
  ])('asks for another password if it is refused with a %i %s', async (status, code) => {
    const page = open('?token=abc');
    await page.submit(page.first, status, { code, errors: [{ pointer: '/password' }] });
    expect(page.status.textContent).toMatch(/too short or too easy to guess/);
    expect([page.focused, page.password.invalid]).toEqual([page.password, 'true']);
    expect([page.first.hidden, page.second.hidden]).toEqual([false, true]);
  });

  it.each([{ code: 'invalid-token' }, { code: 'invalid-input', errors: [{ pointer: '/token' }] }])(
    'offers a new link if this one is %j',
    async (problem) => {
      const page = open('?token=abc');
      await page.submit(page.first, 400, problem);
      expect(page.status.textContent).toMatch(/isn't valid, or it has expired/);
      expect([page.first.hidden, page.second.hidden]).toEqual([true, false]);
      page.email.value = 'ada@acme.test';
      await page.submit(page.second, 202);
      expect(page.requests.at(-1)).toMatchObject({
        path: 'v2/auth/password/forgot',
        body: '{"email":"ada@acme.test"}',
      });
      expect(page.status.textContent).toMatch(/on its way/);
    },
  );

  it('offers a link at once to those who come without one', async () => {
    const page = open('');
    expect([page.first.hidden, page.second.hidden]).toEqual([true, false]);
    expect(page.lead.textContent).toMatch(/we'll send you a link/);
    await page.submit(page.second, 400);
    expect([page.focused, page.email.invalid]).toEqual([page.email, 'true']);
  });

  it.each([500, 429, 0])('lets people try again after the status %i', async (status) => {
    const page = open('?token=abc');
    await page.submit(page.first, status);
    expect(page.status.textContent).toMatch(/try again/);
    expect([page.first.hidden, page.second.hidden]).toEqual([false, true]);
  });
});

function open(search: string): FormPage {
  return openFormPage(new ResetPasswordPage().show('en'), search);
}
