import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import { signUp } from '../support/factories.js';
import { linesOf } from '../support/log-lines.js';
import { ancestry, useCollector } from '../support/otlp-collector.js';
import { eventually } from '../support/servers.js';
import { useServicesApart } from '../support/services-apart.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';

const SEND = 'gatehouse.notifications.v1.NotificationsService/Send';
const GET_USER = 'gatehouse.accounts.v1.AccountsService/GetUser';

const collector = useCollector();
const apart = useServicesApart(() => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }));

it('the trace and the ID of a request go with every call between services, there and back', async () => {
  const template = await publishTemplate(apart.admin, 'order-shipped');
  const ada = await signUp(apart.api.api);
  const [traceId, callerId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const requestId = `apart-${randomUUID()}`;
  const { status } = await apart.admin
    .with({ traceparent: `00-${traceId}-${callerId}-01`, 'x-request-id': requestId })
    .post('/notifications', { recipient: idOf(ada), template, data: ORDER_DATA, channels: ['inbox'] });
  expect(status).toBe(202);
  await eventually(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const answered = spans.find(({ name, kind }) => name === GET_USER && kind === 'server');
    expect(ancestry(spans, answered)).toEqual([
      ['gatehouse-api', GET_USER],
      ['gatehouse-notifications', GET_USER],
      ['gatehouse-notifications', SEND],
      ['gatehouse-api', SEND],
      ['gatehouse-api', 'POST /v2/notifications'],
    ]);
    expect(spans.find(({ name }) => name === 'POST /v2/notifications')?.parentId).toBe(callerId);
    // What the other process does for the request belongs to it, too.
    expect(spans.map(({ service, name }) => [service, name])).toContainEqual([
      'gatehouse-notifications',
      'INSERT notifications.inbox_notifications',
    ]);
  });
  const call = (method: string) =>
    expect.objectContaining({ msg: 'call', method, code: 'OK', requestId, traceId });
  await eventually(() => {
    expect(linesOf(apart.notifications)).toContainEqual(call(SEND));
    expect(linesOf(apart.api)).toContainEqual(call(GET_USER));
  });
});
