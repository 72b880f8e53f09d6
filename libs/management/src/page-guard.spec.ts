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

describe('the host', () => {
  it.each([
    'localhost',
    'gatehouse.localhost:80',
    '127.0.0.1:3001',
    '10.1.2.3',
    '[::1]:3001',
    'JOBS.acme.internal:8080',
  ])('%s is ours', (host) => expect(answerTo({ host })).toBe('let in'));

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
  ])('%s is not', (host) => expect(answerTo({ host })).toBe('misdirected-request'));

  it('is looked at before the token, so that another site learns nothing of it', () => {
    expect(answerTo({ host: 'evil.test', authorization: undefined })).toBe('misdirected-request');
  });
});

describe('the token', () => {
  it.each([
    ['as a bearer', `bearer ${ACCESS.token}`],
    ['as a password', basic(`anybody:${ACCESS.token}`)],
    ['as a password without a name', basic(`:${ACCESS.token}`)],
  ])('opens %s', (_, authorization) => expect(answerTo({ authorization })).toBe('let in'));

  it.each([
    ['nothing', undefined],
    ['another', 'Bearer wrong'],
    ['a part', `Bearer ${ACCESS.token.slice(0, -1)}`],
    ['more', `Bearer ${ACCESS.token}x`],
    ['another scheme', `Digest ${ACCESS.token}`],
    ['the bare token', ACCESS.token],
    ['it as the name', basic(`${ACCESS.token}:`)],
    ['an empty password', basic('a:')],
  ])('is not %s', (_, authorization) => {
    expect(answerTo({ authorization })).toBe('management-token-needed');
  });

  it('that is not set opens to nobody', () => {
    for (const authorization of [undefined, 'Bearer null', 'Bearer ', basic('a:'), basic('a:null')]) {
      expect(answerTo({ authorization }, 'GET', { token: null })).toBe('management-token-needed');
    }
  });

  it('contains colons, too', () => {
    expect(answerTo({ authorization: basic('a:b:c') }, 'GET', { token: 'b:c' })).toBe('let in');
  });
});

describe('a change', () => {
  it.each([
    ['a program', {}],
    ['our own page', { origin: 'http://localhost:3001', 'sec-fetch-site': 'same-origin' }],
  ])('comes from %s', (_, headers) => expect(answerTo(headers, 'PUT')).toBe('let in'));

  it.each([
    ['another site', { origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['another port of ours', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['a browser that tells no origin', { 'sec-fetch-site': 'cross-site' }],
  ])('does not come from %s', (_, headers) => {
    expect(answerTo(headers, 'POST')).toBe('cross-site-request');
    expect(answerTo(headers, 'GET')).toBe('let in');
  });
});
