import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './page-guard.js';

const ACCESS = { token: 'correct-horse-battery', hosts: ['jobs.acme.internal'] };
const OPEN = { host: 'localhost:3001', authorization: `Bearer ${ACCESS.token}` };

function answerTo(headers: Record<string, string | undefined>, method = 'GET', access: object = {}) {
  return refusalOf({ method, headers: { ...OPEN, ...headers } }, { ...ACCESS, ...access })?.code ?? 'let in';
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('the Host header', () => {
  it.each([
    'localhost',
    'gatehouse.localhost:80',
    '127.0.0.1:3001',
    '10.1.2.3',
    '[::1]:3001',
    'JOBS.acme.internal:8080',
  ])('%s is accepted', (host) => expect(answerTo({ host })).toBe('let in'));

  it.each([
    undefined,
    '',
    'evil.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    'notlocalhost',
    'sub.jobs.acme.internal',
    'a b',
    'localhost:x',
  ])('%s is rejected', (host) => expect(answerTo({ host })).toBe('misdirected-request'));

  it('is checked before the token, so another site learns nothing about it', () => {
    expect(answerTo({ host: 'evil.test', authorization: undefined })).toBe('misdirected-request');
  });
});

describe('the management token', () => {
  it.each([
    ['as a bearer token', `bearer ${ACCESS.token}`],
    ['as a password', basic(`anybody:${ACCESS.token}`)],
    ['as a password without a user name', basic(`:${ACCESS.token}`)],
  ])('is accepted %s', (_, authorization) => expect(answerTo({ authorization })).toBe('let in'));

  it.each([
    ['a missing token', undefined],
    ['another token', 'Bearer wrong'],
    ['part of the token', `Bearer ${ACCESS.token.slice(0, -1)}`],
    ['a longer token', `Bearer ${ACCESS.token}x`],
    ['another scheme', `Digest ${ACCESS.token}`],
    ['the token without a scheme', ACCESS.token],
    ['the token as the user name', basic(`${ACCESS.token}:`)],
    ['an empty password', basic('a:')],
  ])('is required: rejects %s', (_, authorization) => {
    expect(answerTo({ authorization })).toBe('management-token-needed');
  });

  it('grants access to no one when it is not configured', () => {
    for (const authorization of [undefined, 'Bearer null', 'Bearer ', basic('a:'), basic('a:null')]) {
      expect(answerTo({ authorization }, 'GET', { token: null })).toBe('management-token-needed');
    }
  });

  it('may contain colons', () => {
    expect(answerTo({ authorization: basic('a:b:c') }, 'GET', { token: 'b:c' })).toBe('let in');
  });
});

describe('a request that changes something', () => {
  it.each([
    ['a program', {}],
    ['our own page', { origin: 'http://localhost:3001', 'sec-fetch-site': 'same-origin' }],
  ])('is accepted from %s', (_, headers) => expect(answerTo(headers, 'PUT')).toBe('let in'));

  it.each([
    ['another site', { origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['another port of the same host', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['a browser that sends no Origin', { 'sec-fetch-site': 'cross-site' }],
  ])('is rejected from %s', (_, headers) => {
    expect(answerTo(headers, 'POST')).toBe('cross-site-request');
    expect(answerTo(headers, 'GET')).toBe('let in');
  });
});
