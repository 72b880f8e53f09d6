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
    ['the login has no password', { code: 'ENOAUTH', command: 'API' }, 'unreachable'],
    ['the login has no token', { code: 'EOAUTH2' }, 'unreachable'],
    ['the login fails before the server is asked', { code: 'EAUTH' }, 'unreachable'],
    ['the proxy refuses', { code: 'EPROXY', command: 'CONN' }, 'unreachable'],
    ['the host name cannot be looked up', { code: 'EDNS', command: 'CONN' }, 'unreachable'],
    ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].map(
      (originalCode) =>
        [`the system says ${originalCode}`, { code: 'ESOCKET', originalCode }, 'unreachable'] as const,
    ),
    ['the system says so directly', { code: 'ECONNREFUSED' }, 'unreachable'],
    ['it cannot be told', {}, 'unknown'],
    [
      'the connection was lost before a reply to RCPT TO',
      { code: 'EENVELOPE', command: 'RCPT TO' },
      'unknown',
    ],
    ['the connection was lost after the content', { code: 'EMESSAGE', command: 'DATA' }, 'unknown'],
    ['the connection was lost', { code: 'ECONNECTION', command: 'CONN' }, 'unknown'],
    ['the socket was reset', { code: 'ESOCKET', originalCode: 'ECONNRESET', command: 'CONN' }, 'unknown'],
    ['the server stopped responding', { code: 'ETIMEDOUT', command: 'CONN' }, 'unknown'],
    ['the run was aborted', { code: 'EABORT' }, 'unknown'],
  ])('when %s', (_, error, kind) => {
    expect(outcomeOfError(Object.assign(new Error('x'), error)).kind).toBe(kind);
  });

  it.each([
    // The server hasn't seen the recipient yet.
    ['MAIL FROM', '550 Sender rejected', 'unreachable'],
    ['MAIL FROM', '550 5.1.8 Bad sender address', 'unreachable'],
    ['MAIL FROM', '550 5.1.1 No such user', 'unreachable'],
    ['MAIL FROM', '553 5.7.1 Sender address rejected: not owned by user', 'unreachable'],
    ['MAIL FROM', '554 5.2.0 Sending is disabled', 'unreachable'],
    ['MAIL FROM', '552 Too much mail', 'unreachable'],
    ['MAIL FROM', '452 4.3.1 Out of space', 'unreachable'],
    ['MAIL FROM', '451 Try again', 'unreachable'],
    ['MAIL FROM', '421 4.7.0 Too many messages', 'unreachable'],
    ['MAIL FROM', '552 5.3.4 Message too big', 'refused'],
    ['MAIL FROM', '552 5.2.3 Message too long', 'refused'],
    ['MAIL FROM', '553 5.6.7 Non-ASCII addresses not permitted', 'refused'],
    // Postfix replies to the recipient even if it's about the sender.
    ['RCPT TO', '550 No such user', 'refused'],
    ['RCPT TO', '550 5.1.1 No such user', 'refused'],
    ['RCPT TO', '550 5.2.1 Mailbox disabled', 'refused'],
    ['RCPT TO', '552 5.2.2 Mailbox full', 'refused'],
    ['RCPT TO', '550 5.7.17 Mailbox owner has changed', 'refused'],
    ['RCPT TO', '550 5.7.18 Domain owner has changed', 'refused'],
    ['RCPT TO', '550 5.7.2 Mailing list expansion prohibited', 'refused'],
    ['RCPT TO', '501 Bad address', 'refused'],
    ['RCPT TO', '551 User not local', 'refused'],
    ['RCPT TO', '553 Mailbox name not allowed', 'refused'],
    ['RCPT TO', '556 Domain does not accept mail', 'refused'],
    ['RCPT TO', '550 5.1.5 Destination valid', 'deferred'],
    ['RCPT TO', '550 5.3.3 System not capable of selected features', 'deferred'],
    ['RCPT TO', '550 5.3.6 Requested priority was changed', 'deferred'],
    ['RCPT TO', '534 Authentication mechanism is too weak', 'unreachable'],
    ['RCPT TO', '535 5.1.1 Not logged in', 'unreachable'],
    ['RCPT TO', '538 Encryption required', 'unreachable'],
    ['RCPT TO', '550 5.1.1000 Not a code', 'refused'],
    ['RCPT TO', '553 4.1.1 Contradicts itself (#5.1.1)', 'deferred'],
    ['RCPT TO', '556 5.1.10 Recipient address has a null MX', 'refused'],
    ['RCPT TO', '550-5.1.1 No such\n550 5.1.1 user', 'refused'],
    ['RCPT TO', '550 5.1.0 Sender address rejected', 'deferred'],
    ['RCPT TO', '550 5.1.7 Bad sender address syntax', 'unreachable'],
    ['RCPT TO', '550 5.1.8 Sender address rejected: domain not found', 'unreachable'],
    ['RCPT TO', '554 5.7.1 Relay access denied', 'unreachable'],
    ['RCPT TO', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 'unreachable'],
    ['RCPT TO', '550 5.7.23 SPF validation failed', 'unreachable'],
    ['RCPT TO', '550 5.7.25 Reverse DNS validation failed', 'unreachable'],
    ['RCPT TO', '554 5.3.2 System not accepting messages', 'unreachable'],
    ['RCPT TO', '530 5.7.0 Must issue STARTTLS first', 'unreachable'],
    ['RCPT TO', '521 Host does not accept mail', 'unreachable'],
    ['RCPT TO', '450 4.7.1 Greylisted', 'deferred'],
    ['RCPT TO', '450 4.2.1 Mailbox busy', 'deferred'],
    ['RCPT TO', '550 5.4.1 Recipient address rejected: access denied', 'deferred'],
    ['RCPT TO', '504 5.5.2 Helo command rejected', 'deferred'],
    ['RCPT TO', '550 5.99.1 From the future', 'deferred'],
    ['RCPT TO', '552 Too many recipients', 'deferred'],
    ['RCPT TO', '554 Transaction failed', 'deferred'],
    ['RCPT TO', '599 What?', 'deferred'],
    ['RCPT TO', '550 4.1.1 Contradicts itself', 'deferred'],
    ['RCPT TO', '450 5.1.1 Contradicts itself', 'deferred'],
    ['RCPT TO', '550 5.0.0 Unspecified', 'refused'],
    ['DATA', '554 Transaction failed', 'deferred'],
    ['DATA', '554 5.7.1 Client host blocked', 'unreachable'],
    ['DATA', '554 5.5.1 No valid recipients', 'deferred'],
  ])('when %s gets the reply %j', (name, response, kind) => {
    expect(outcomeOfError(refusal('EENVELOPE', name, response)).kind).toBe(kind);
  });

  it.each([
    ['550 Message refused', 'refused'],
    ['552 Too much', 'refused'],
    ['554 Transaction failed', 'refused'],
    ['554 5.6.0 Malformed message', 'refused'],
    ['552 5.3.4 Message too big', 'refused'],
    ['550 5.1.1 No such user', 'refused'],
    // Of the content, or of us. Another server must not get the same content.
    ['550 5.7.1 Message rejected as spam', 'deferred'],
    ['554 5.7.0 Message refused by policy', 'deferred'],
    ['554 5.7.8 Authentication credentials invalid', 'unreachable'],
    ['550 5.7.23 SPF validation failed', 'unreachable'],
    ['550 5.7.26 Unauthenticated mail is not accepted: SPF and DKIM', 'unreachable'],
    ['554 5.4.6 Routing loop', 'deferred'],
    ['555 What?', 'deferred'],
    ['451 4.3.0 Try again', 'deferred'],
  ])('when the content gets the reply %j', (response, kind) => {
    expect(outcomeOfError(refusal('EMESSAGE', 'DATA', response)).kind).toBe(kind);
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

  it.each([
    [{ code: 'ETIMEDOUT', command: false }, 'ETIMEDOUT'],
    [{ code: 'ESOCKET', originalCode: 'ECONNRESET', command: 'CONN' }, 'CONN ECONNRESET'],
    [{}, 'unknown error'],
  ])('names what is known of %j', (error, reason) => {
    expect(outcomeOfError(Object.assign(new Error('x'), error))).toMatchObject({ reason });
  });

  it('names the enhanced status code', () => {
    const { reason } = outcomeOfError(
      refusal('EENVELOPE', 'RCPT TO', '554 5.7.1 <ada@example.com>: denied'),
    ) as {
      reason: string;
    };
    expect(reason).toBe('554 5.7.1 RCPT TO EENVELOPE');
  });
});

/** As nodemailer reports it. */
function refusal(code: string, name: string, response: string): Error {
  const responseCode = Number(response.slice(0, 3));
  return Object.assign(new Error(`failed: ${response}`), { code, command: name, response, responseCode });
}
