/** What the TypeScript programs in this folder share: what the driver gives them, and how they report what worked. */
import { randomUUID } from 'node:crypto';

const { BASE_URL = '', INBOX_URL = '', ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = process.env;

export const baseUrl = BASE_URL;
export const admin = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
export const ada = {
  email: `ada-${randomUUID()}@example.com`,
  password: 'seven brave otters',
  displayName: 'Ada',
};

/** The token from the verification email, which may still be on its way. */
export async function verificationToken(email: string): Promise<string> {
  const response = await fetch(`${INBOX_URL}?to=${encodeURIComponent(email)}`);
  return response.text();
}

/** Prints a step that worked. The driver compares all of them with those that it expects. */
export function check(worked: unknown, step: string): asserts worked {
  if (!worked) {
    throw new Error(`Failed: ${step}`);
  }
  console.log(step);
}
