import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/client.js';
import { aUser } from '../support/factories.js';
import { useRedisCluster } from '../support/redis-topology.js';
import { eventually } from '../support/servers.js';
import { useApp } from '../support/use-app.js';

const TOKEN = 'the-management-token-of-these-tests';

const cluster = useRedisCluster('any');
const app = useApp('all', { RATE_LIMIT_AUTH: '5/60', MANAGEMENT_TOKEN: TOKEN }, { redis: cluster });
const { api, sink } = app;

describe('on a Redis Cluster', () => {
  it('mail is sent, and everything is up', async () => {
    const user = aUser();
    expect(await api.register(user)).toMatchObject({ status: 201 });
    await eventually(() => expect(sink.mailsTo(user.email)).toHaveLength(1));
    await eventually(async () => {
      const response = await fetch(`${app.managementUrl}/health/ready`);
      expect(await response.json()).toMatchObject({
        details: { redis: { status: 'up' }, queues: { status: 'up' } },
      });
    });
    expect(await metrics()).toMatch(/^gatehouse_queue_jobs\{queue="send-mail",state="waiting",.*\} 0$/m);
  });

  it('rate limits are counted in Redis', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) {
      statuses.push((await api.login(aUser())).status);
    }
    expect(statuses.at(-1)).toBe(429);
    const keys = await Promise.all(cluster.primaries.map(({ admin }) => admin.keys('{limits:auth:*}')));
    expect(keys.flat()).toHaveLength(1);
  });

  it('the job console shows the queues, their workers and a server', async () => {
    const client = new ApiClient(app.managementUrl, '/jobs', { authorization: `Bearer ${TOKEN}` });
    const { body } = await client.send('GET', '/api/queues?activeQueue=send-mail&status=latest&page=1');
    const { queues } = body as { queues: readonly { name: string }[] };
    expect(queues.find(({ name }) => name === 'send-mail')).toMatchObject({ counts: { failed: 0 } });
    expect((await client.send('GET', '/api/queues/send-mail/workers')).body).toMatchObject({
      workers: [expect.objectContaining({ addr: expect.stringContaining('127.0.0.1') })],
    });
    expect((await client.send('GET', '/api/redis/stats')).body).toMatchObject({ mode: 'cluster' });
  });
});

async function metrics(): Promise<string> {
  return (await fetch(`${app.managementUrl}/metrics`)).text();
}
