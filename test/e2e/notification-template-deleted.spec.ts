import { expect, it } from '@jest/globals';
import { aUser, signIn } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const { api, notifications } = useApps(
  { api: ['api', WITH_ADMIN], notifications: 'notifications' },
  {},
  servers,
);

it('a notification is sent even if its template is deleted before that', async () => {
  const { api: admin } = await signIn(api.api, ADMIN);
  const template = await publishTemplate(admin, 'short-lived');
  const user = aUser();
  const { body } = await admin.post<{ id: string }>('/users', { ...user, emailVerified: true });
  await notifications.stop();
  const notification = { recipient: body.id, template, data: ORDER_DATA };
  const sent = await admin.post<{ id: string }>('/notifications', notification);
  expect(sent.status).toBe(202);
  expect((await admin.delete(`/notification-templates/${template}`)).status).toBe(204);
  // A new process, which has never known the template.
  await notifications.restart();
  await eventually(
    () =>
      expect(
        servers.sink.mails.filter(
          ({ envelope, subject }) => envelope.to.includes(user.email) && /4711/.test(subject),
        ),
      ).toHaveLength(1),
    { timeoutMs: 30_000 },
  );
  await eventually(async () => {
    const { body: found } = await admin.get<{ state: string }>(`/notifications/${sent.body.id}`);
    expect(found.state).toBe('sent');
  });
}, 60_000);
