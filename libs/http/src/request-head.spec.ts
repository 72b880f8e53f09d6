import { describe, expect, it } from '@jest/globals';
import { isHost, problemOfHead } from './request-head.js';

describe('the Host header', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'accounts.acme.test',
    'accounts.acme.test:',
    'under_score.test',
    '127.0.0.1:65535',
    '[::1]',
    '[2001:db8::7]:443',
    '[v1.fe80::a+en1]',
    "a-z.~!$&'()*+,;=",
    'b%C3%BCcher.test',
  ])('can be %s', (host) => expect(isHost(host)).toBe(true));

  it.each([
    '',
    ':80',
    'a b',
    'a,b c',
    'user@acme.test',
    'acme.test/path',
    'acme.test?q',
    'acme.test#f',
    'http://acme.test',
    'acme.test:80:80',
    'acme.test:port',
    'acme.test:-1',
    '::1',
    '[::1',
    '::1]',
    '[::1]x',
    '[fe80::1%eth0]',
    '[localhost]',
    '[]',
    '50%',
    '%zz',
    'bücher.test',
    '<script>',
    'a\\b',
    '"a"',
  ])('cannot be %p', (host) => expect(isHost(host)).toBe(false));
});

describe('the head of a request', () => {
  const codeOf = (httpVersion: string, ...rawHeaders: string[]) =>
    problemOfHead({ httpVersion, rawHeaders })?.code ?? 'fine';

  it('has one Host, under any spelling', () => {
    expect(codeOf('1.1', 'Accept', '*/*', 'hOST', 'a.test')).toBe('fine');
    expect(codeOf('1.1', 'Accept', 'host')).toBe('malformed-request');
    expect(codeOf('1.1', 'Host', 'a.test', 'host', 'a.test')).toBe('malformed-request');
    expect(codeOf('1.1', 'Host', 'a b')).toBe('malformed-request');
  });

  it('may lack a Host in HTTP/1.0, but not have a wrong one', () => {
    expect(codeOf('1.0')).toBe('fine');
    expect(codeOf('1.0', 'Host', 'a b')).toBe('malformed-request');
    expect(codeOf('1.0', 'Host', 'a', 'Host', 'b')).toBe('malformed-request');
  });

  it.each(['2.0', '0.9', '3.0'])('cannot have the version %s', (version) => {
    expect(codeOf(version, 'Host', 'a.test')).toBe('http-version-not-supported');
  });
});
