import { describe, expect, it } from '@jest/globals';
import type { ApiClient, DeviceBody, ListBody } from '../support/client.js';
import { signUp } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

/** A socket for both families reports the tests, which connect to 127.0.0.1, as ::ffff:127.0.0.1. */
const DUAL_STACK = { HOST: '::', RATE_LIMIT_AUTH: '10/60' };

const apps = useApps({
  direct: ['api', DUAL_STACK],
  unaware: ['api', DUAL_STACK],
  behindProxy: ['api', { ...DUAL_STACK, TRUSTED_PROXIES: '127.0.0.0/8' }],
});

describe('on a socket for IPv4 and IPv6', () => {
  it('a client has its IPv4 address', async () => {
    expect(await deviceAddressOf(apps.direct.api)).toBe('127.0.0.1');
  });

  it('a proxy is trusted by its IPv4 address', async () => {
    expect(await deviceAddressOf(from('203.0.113.8'))).toBe('203.0.113.8');
    expect(apps.behindProxy.logs()).not.toContain('ignored X-Forwarded-For');
  });

  it('the warning about a proxy names its IPv4 address', async () => {
    await apps.direct.api.with({ 'x-forwarded-for': '203.0.113.9' }).verify('no token');
    await eventually(() => expect(apps.direct.logs()).toContain('"remoteAddress":"127.0.0.1"'));
  });
});

describe('an address in X-Forwarded-For', () => {
  it.each([
    ['::ffff:203.0.113.10', '203.0.113.10'],
    ['::ffff:cb00:710b', '203.0.113.11'],
    ['0:0:0:0:0:FFFF:CB00:710C', '203.0.113.12'],
    ['[::ffff:203.0.113.13]:4711', '203.0.113.13'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ])('is stored in its one spelling: %s as %s', async (written, address) => {
    expect(await deviceAddressOf(from(written))).toBe(address);
  });

  it.each([
    ['IPv4', ['203.0.113.20', '::ffff:203.0.113.20', '::ffff:cb00:7114', '::FFFF:CB00:7114']],
    ['IPv6', ['2001:db8:5::1', '2001:DB8:5:0::1', '2001:0db8:0005::0001', '2001:db8:5:0:0:0:0:1']],
  ])('has one limit, however it is spelled: %s', async (_, spellings) => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (__, n) => from(spellings[n % 4] ?? '').verify('no token')),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(6);
  });
});

describe('Forwarded', () => {
  const forwarded = (text: string) => apps.behindProxy.api.with({ forwarded: text });

  it('says who the client of a trusted proxy is', async () => {
    expect(await deviceAddressOf(forwarded('for=203.0.113.30;proto=https'))).toBe('203.0.113.30');
    expect(await deviceAddressOf(forwarded('for=198.51.100.1, for="[2001:DB8:7::1]:4711"'))).toBe(
      '2001:db8:7::1',
    );
    expect(await deviceAddressOf(forwarded('for=unknown'))).toBe('127.0.0.1');
  });

  it('does not count next to X-Forwarded-For, and a difference is logged', async () => {
    const both = forwarded('for=203.0.113.31').with({ 'x-forwarded-for': '203.0.113.32' });
    expect(await deviceAddressOf(both)).toBe('203.0.113.32');
    await eventually(() =>
      expect(apps.behindProxy.logs()).toContain('X-Forwarded-For and Forwarded name different clients'),
    );
  });

  it('from anyone else is ignored, and that is logged', async () => {
    const { api, logs } = apps.unaware;
    expect(await deviceAddressOf(api.with({ forwarded: 'for=203.0.113.33' }))).toBe('127.0.0.1');
    await eventually(() => expect(logs()).toContain('ignored Forwarded from an address'));
  });
});

function from(address: string): ApiClient {
  return apps.behindProxy.api.with({ 'x-forwarded-for': address });
}

/** The address of the session of someone who signs up. */
async function deviceAddressOf(api: ApiClient): Promise<string | null | undefined> {
  const user = await signUp(api);
  const { body } = await user.api.get<ListBody<DeviceBody>>('/auth/sessions');
  return body.items[0]?.ipAddress;
}
