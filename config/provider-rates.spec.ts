import { describe, expect, it } from '@jest/globals';
import { parse, problemsOf } from '../test/support/environment.js';

const GIVEN = {
  SMTP_RATE_PER_MINUTE: '600',
  SMTP_FALLBACK_RATE_PER_MINUTE: '60',
  SMS_RATE_PER_MINUTE: '30',
  SMTP_FALLBACK_URL: 'smtp://127.0.0.1:1026',
  SMS_URL: 'https://sms.acme.test',
};

describe('the rates of providers', () => {
  it('are unlimited unless they are set', () => {
    expect(parse().providerRates).toEqual({});
  });

  it.each(['all', 'notifications'] as const)('are numbers per minute in the role %s', (role) => {
    expect(parse(GIVEN, role).providerRates).toEqual({ smtp: 600, 'smtp-fallback': 60, sms: 30 });
  });

  it.each(['api', 'worker'] as const)('are not needed in the role %s, which sends nothing', (role) => {
    expect(parse({ ...GIVEN, SMTP_RATE_PER_MINUTE: 'fast' }, role).providerRates).toEqual({});
  });

  it.each(['0', '-1', '1.5', '600/60', 'off', '1000001'])('can not be %s', (rate) => {
    expect(problemsOf({ SMTP_RATE_PER_MINUTE: rate })).toEqual([
      'SMTP_RATE_PER_MINUTE must be a whole number from 1 to 1000000',
    ]);
  });

  it('are only for providers that there are', () => {
    const lone = { ...GIVEN, SMTP_FALLBACK_URL: '', SMS_URL: undefined, PUSH_RATE_PER_MINUTE: '10' };
    expect(problemsOf(lone)).toEqual([
      'SMTP_FALLBACK_RATE_PER_MINUTE needs SMTP_FALLBACK_URL: set both, or only SMTP_FALLBACK_URL',
      'SMS_RATE_PER_MINUTE needs SMS_URL: set both, or only SMS_URL',
      'PUSH_RATE_PER_MINUTE needs VAPID_PRIVATE_KEY: set both, or only VAPID_PRIVATE_KEY',
    ]);
  });
});
