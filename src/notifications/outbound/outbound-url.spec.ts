import { describe, expect, it } from '@jest/globals';
import { checkOutboundUrl } from './outbound-url.js';

describe('A URL to call', () => {
  it.each([
    'https://example.com',
    'https://example.com:8443/hooks?tenant=1',
    'https://example.com./',
    'https://bücher.example/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    // Only the resolver knows, so this is checked whenever it's called.
    'https://intranet/',
    'https://localhost.example.com/',
    'https://notlocalhost/',
    `https://example.com/${'a'.repeat(2028)}`,
  ])('may be %s', (url) => {
    expect(checkOutboundUrl(url, [])).toBeNull();
  });

  it.each([
    ['', 'invalid-url'],
    ['example.com', 'invalid-url'],
    ['//example.com', 'invalid-url'],
    ['https://', 'invalid-url'],
    ['ftp://example.com', 'invalid-url'],
    ['file:///etc/passwd', 'invalid-url'],
    ['javascript:alert(1)', 'invalid-url'],
    ['https://example..com', 'invalid-url'],
    ['https://.example.com', 'invalid-url'],
    ['https://127.0.0.1../', 'invalid-url'],
    ['https://256.1.1.1/', 'invalid-url'],
    ['https://exa\nmple.com/', 'invalid-url'],
    ['https://exam\u0000ple.com/', 'invalid-url'],
    [' https://example.com/', 'invalid-url'],
    ['https:\\\\example.com\\@127.0.0.1/', 'invalid-url'],
    ['https://ada@example.com', 'has-credentials'],
    ['https://ada:secret@example.com', 'has-credentials'],
    ['https://:secret@example.com', 'has-credentials'],
    ['https://example.com@127.0.0.1/', 'has-credentials'],
    ['https://example.com/#', 'has-fragment'],
    ['https://example.com#@127.0.0.1/', 'has-fragment'],
    [`https://example.com/${'a'.repeat(2029)}`, 'too-long'],
    ['http://example.com', 'https-required'],
    ['http://8.8.8.8', 'https-required'],
    ['http://intranet/', 'https-required'],
  ])('must not be %j, which is %s', (url, code) => {
    expect(checkOutboundUrl(url, [])).toEqual({ code, message: expect.stringMatching(/^must /) });
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://１２７.０.０.１/',
    'https://127%2e0.0.1/',
    'https://@127.0.0.1/',
    'https://0/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'http://169.254.169.254/latest/meta-data/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://localhost/',
    'https://LOCALHOST:8443/',
    'https://localhost./',
    'https://api.localhost/',
    'https://ⓛocalhost/',
  ])('must not be %s, which is not public', (url) => {
    expect(checkOutboundUrl(url, ['192.168.0.0/16'])).toEqual({
      code: 'private-address',
      message: 'must have a public address, or one that WEBHOOK_ALLOWED_NETWORKS allows',
    });
  });

  it.each(['http', 'https'])('may be any %s URL of an address that the operator allows', (scheme) => {
    const allowed = ['127.0.0.0/8', '10.0.0.0/8', 'fd00::/8'];
    for (const host of ['127.0.0.1:3000', '10.1.2.3', '[fd00::1]', '[::ffff:10.1.2.3]', 'localhost']) {
      expect(checkOutboundUrl(`${scheme}://${host}/hook`, allowed)).toBeNull();
    }
  });
});
