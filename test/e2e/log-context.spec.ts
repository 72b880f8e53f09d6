import { describe, expect, it } from '@jest/globals';
import { aUser } from '../support/factories.js';
import { eventually } from '../support/eventually.js';
import { linesOf } from '../support/log-lines.js';
import { useApps } from '../support/use-app.js';

const { api, worker, notifications, sink } = useApps({
  api: 'api',
  worker: 'worker',
  notifications: 'notifications',
});

async function registered(): Promise<string> {
  const { status, headers } = await api.api.register(aUser());
  expect(status).toBe(201);
  return headers.get('x-request-id') ?? '';
}

describe('a mail, in the logs of the process that sends it', () => {
  it('is a line that names the request that caused it, two services away', async () => {
    const requestId = await registered();
    await eventually(() => {
      expect(linesOf(notifications)).toContainEqual(
        expect.objectContaining({
          msg: 'email sent',
          requestId,
          template: 'verify-email',
          job: 'send-mail',
          jobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        }),
      );
    });
    expect(worker.logs()).not.toContain('email sent');
  });

  it('that is refused names its job and the request, with a stack of source files', async () => {
    sink.behave('reject');
    const requestId = await registered();
    await eventually(() => {
      expect(linesOf(notifications)).toContainEqual(
        expect.objectContaining({
          level: 'error',
          requestId,
          job: 'send-mail',
          jobId: expect.any(String),
          msg: expect.stringContaining('was kept as a dead letter'),
          stack: expect.stringMatching(/delivery-sender\.ts:\d+:\d+/),
        }),
      );
    });
  });
});
