import { expect } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
import type { TestClock } from './api-app.js';
import type { ApiClient } from './client.js';

interface Setup {
  readonly otpauthUri: string;
  readonly secret: string;
  readonly qrCode: string;
}

/** An authenticator app that isn't ours. */
export class Authenticator {
  private readonly totp: TOTP;

  constructor(
    otpauthUri: string,
    private readonly clock: TestClock,
  ) {
    const parsed = URI.parse(otpauthUri);
    if (!(parsed instanceof TOTP)) {
      throw new Error('not a TOTP URI');
    }
    this.totp = parsed;
  }

  /** What the app shows, or has shown or will show so many steps from now. */
  code(skew = 0): string {
    return this.totp.generate({ timestamp: this.clock.millis() + skew * 30_000 });
  }
}

/** Sets an app up for someone who has just signed in, and moves on to its next code. */
export async function setUpTotp(
  user: ApiClient,
  clock: TestClock,
): Promise<{ readonly app: Authenticator; readonly recoveryCodes: readonly string[] }> {
  const { body } = await user.post<Setup>('/auth/mfa/totp');
  const app = new Authenticator(body.otpauthUri, clock);
  const confirmed = await user.post<{ recoveryCodes: string[] }>('/auth/mfa/totp/confirm', {
    code: app.code(),
  });
  expect(confirmed.status).toBe(200);
  clock.advance({ seconds: 30 });
  return { app, recoveryCodes: confirmed.body.recoveryCodes };
}

/** Six digits other than these. */
export function wrongCode(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0');
}
