import { describe, expect, it } from '@jest/globals';
import { outcomeOfError } from './mail-outcome.js';

describe('outcomeOfError', () => {
  it.each([
    ['the recipient is unknown', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused'],
    ['the content is refused', { code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'refused'],
    ['the address can not be put into a command', { code: 'EENVELOPE', command: 'API' }, 'refused'],
    ['the recipient is greylisted', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }, 'deferred'],
    [
      'the server is too busy for the content',
      { code: 'EMESSAGE', responseCode: 421, command: 'DATA' },
      'deferred',
    ],
    ['a login is demanded', { code: 'EENVELOPE', responseCode: 530, command: 'MAIL FROM' }, 'unreachable'],
    ['the login is refused', { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'unreachable'],
    [
      'the order was wrong on this connection',
      { code: 'EENVELOPE', responseCode: 503, command: 'DATA' },
      'deferred',
    ],
    ['the server has no service', { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }, 'unreachable'],
    ['nobody listens', { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }, 'unreachable'],
    ['the name is not known', { code: 'EDNS', originalCode: 'ENOTFOUND', command: 'CONN' }, 'unreachable'],
    ['the certificate is not valid', { code: 'ETLS', command: 'CONN' }, 'unreachable'],
    ['the connection was lost', { code: 'ECONNECTION', command: 'CONN' }, 'unknown'],
    ['the socket was reset', { code: 'ESOCKET', originalCode: 'ECONNRESET', command: 'CONN' }, 'unknown'],
    ['the server fell silent', { code: 'ETIMEDOUT', command: 'CONN' }, 'unknown'],
    ['the run was aborted', { code: 'EABORT' }, 'unknown'],
  ])('when %s', (_, error, kind) => {
    expect(outcomeOfError(Object.assign(new Error('x'), error)).kind).toBe(kind);
  });

  it('gives a reason without the words of the server', () => {
    const error = Object.assign(new Error('550 <ada@example.com>: no such user'), {
      code: 'EENVELOPE',
      responseCode: 550,
      response: '550 <ada@example.com>: no such user',
      command: 'RCPT TO',
    });
    expect(outcomeOfError(error)).toEqual({ kind: 'refused', reason: '550 RCPT TO EENVELOPE' });
  });
});
