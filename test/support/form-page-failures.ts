import { expect, it } from '@jest/globals';
import type { FormPage } from './form-page.js';

/**
 * Tests that are the same for each page with a link's token, whose first form sends it.
 * @param done what it says after a success
 */
export function itReportsFailures(open: (search?: string) => FormPage, done: RegExp): void {
  it.each(['?token=abc', ''])('says so if the link is invalid: %j', async (search) => {
    const page = open(search);
    await page.submit(page.first, 400, { code: 'invalid-token' });
    expect(page.status.textContent).toMatch(/isn't valid, or it has expired/);
    expect(page.first.hidden).toBe(true);
  });

  it.each([500, 429, 0])('lets people try again after the status %j', async (status) => {
    const page = open();
    await page.submit(page.first, status);
    expect(page.status.textContent).toMatch(/try again/);
    expect(page.first.hidden).toBe(false);
    await page.submit(page.first, 204);
    expect(page.status.textContent).toMatch(done);
  });
}
