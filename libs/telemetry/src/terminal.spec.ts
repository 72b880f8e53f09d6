import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import terminal from './terminal.js';

const REQUEST = { level: 30, time: 0, role: 'all', requestId: 'r-1', msg: 'request', method: 'POST', ms: 52 };

function shown(line: object): string {
  let text = '';
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  const stream = terminal({ destination, colorize: false, sync: true, translateTime: false });
  stream.write(`${JSON.stringify(line)}\n`);
  return text.replace(/^\[.*?\] /, '').trimEnd();
}

describe('a log line on a terminal', () => {
  it('is one short line for a request', () => {
    expect(shown({ ...REQUEST, route: '/v2/auth/register', status: 201 })).toBe(
      'INFO: POST /v2/auth/register 201 52 ms',
    );
  });

  it('has the problem and the request ID if the request failed', () => {
    expect(shown({ ...REQUEST, route: '/v2/auth/register', status: 409, code: 'email-taken' })).toBe(
      'INFO: POST /v2/auth/register 409 email-taken 52 ms r-1',
    );
  });

  it('has the context and the members of an event', () => {
    const line = {
      level: 30,
      role: 'all',
      context: 'SendMailService',
      msg: 'mail sent',
      template: 'verify-email',
    };
    expect(shown({ ...line, requestId: 'r-1', job: 'send-mail', jobId: 'j-1' })).toBe(
      'INFO: [SendMailService] mail sent template=verify-email',
    );
  });

  it('names the request that a warning is about, and shows the stack of an error', () => {
    expect(shown({ level: 40, msg: 'slow', requestId: 'r-1' })).toBe('WARN: slow requestId=r-1');
    expect(shown({ level: 50, msg: 'failed', stack: 'JobError: no\n    at x' })).toBe(
      'ERROR: failed\nJobError: no\n    at x',
    );
  });
});
