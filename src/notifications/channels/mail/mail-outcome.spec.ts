import { describe, expect, it } from '@jest/globals';
import { outcomeOfError } from './mail-outcome.js';

describe('outcomeOfError', () => {
  it.each([
    ['the recipient is unknown', { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused'],
    ['the content is refused', { code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'refused'],
    ['the address does not fit into a command', { code: 'EENVELOPE', command: 'API' }, 'refused'],
    ['the recipient is greylisted', { code: 'EENVELOPE', responseCode: 451, command: 'RCPT TO' }, 'deferred'],
    [
      'the server is too busy for the content',
      { code: 'EMESSAGE', responseCode: 421, command: 'DATA' },
      'deferred',
    ],
    ['a login is required', { code: 'EENVELOPE', responseCode: 530, command: 'MAIL FROM' }, 'unreachable'],
    ['the login is refused', { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'unreachable'],
    ['the command order was wrong', { code: 'EENVELOPE', responseCode: 503, command: 'DATA' }, 'deferred'],
    [
      'the server is out of service',
      { code: 'EPROTOCOL', responseCode: 554, command: 'CONN' },
      'unreachable',
    ],
    [
      'nothing listens on the port',
      { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' },
      'unreachable',
    ],
    ['the host name is unknown', { code: 'EDNS', originalCode: 'ENOTFOUND', command: 'CONN' }, 'unreachable'],
    ['the certificate is not valid', { code: 'ETLS', command: 'CONN' }, 'unreachable'],
    ['the connection was lost', { code: 'ECONNECTION', command: 'CONN' }, 'unknown'],
    ['the socket was reset', { code: 'ESOCKET', originalCode: 'ECONNRESET', command: 'CONN' }, 'unknown'],
    ['the server stopped responding', { code: 'ETIMEDOUT', command: 'CONN' }, 'unknown'],
    ['the run was aborted', { code: 'EABORT' }, 'unknown'],
  ])('when %s', (_, error, kind) => {
    expect(outcomeOfError(Object.assign(new Error('x'), error)).kind).toBe(kind);
  });

  it("returns a reason without the server's own words", () => {
    const error = Object.assign(new Error('550 <ada@example.com>: no such user'), {
      code: 'EENVELOPE',
      responseCode: 550,
      response: '550 <ada@example.com>: no such user',
      command: 'RCPT TO',
    });
    expect(outcomeOfError(error)).toEqual({ kind: 'refused', reason: '550 RCPT TO EENVELOPE' });
  });
});
