import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { aUser, type NewUser } from '../support/factories.js';
import { DOWN_AFTER_MS, useSentinelGroup } from '../support/redis-topology.js';
import { eventually } from '../support/servers.js';
import { useApp } from '../support/use-app.js';

/** Between two requests. */
const PAUSE_MS = 100;
/** Until the Sentinels agree and have promoted the replica. */
const ELECTED_WITHIN_MS = DOWN_AFTER_MS + 10_000;
/** Bull tries again after five seconds. */
const WORKS_WITHIN_MS = 10_000;
/** What was on the old primary and had not reached the replica is enqueued again after ten seconds. */
const LOST_JOBS = { timeoutMs: 30_000 };

const group = useSentinelGroup();
const app = useApp('all', { RATE_LIMIT_DEFAULT: '10000/60', RATE_LIMIT_AUTH: '10000/60' }, { redis: group });
const { api, sink } = app;

describe('while Sentinel replaces a Redis that was killed', () => {
  it('no request fails, every mail is sent, and mail goes out within seconds of the failover', async () => {
    const registered: NewUser[] = [];
    const statuses: number[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        const user = aUser();
        const answers = [await api.register(user), await api.login(user)];
        statuses.push(...answers.map(({ status }) => status));
        registered.push(user);
        await delay(PAUSE_MS);
      }
    })();
    await eventually(() => expect(sent(registered).length).toBeGreaterThan(3));

    process.kill(group.primary.pid, 'SIGKILL');
    const countBefore = registered.length;
    await eventually(async () => expect(await group.replica.admin.role()).toContain('master'), {
      timeoutMs: ELECTED_WITHIN_MS,
    });
    const electedAt = performance.now();
    await eventually(() => expect(sent(registered.slice(countBefore + 1)).length).toBeGreaterThan(0), {
      timeoutMs: WORKS_WITHIN_MS,
    });
    expect(performance.now() - electedAt).toBeLessThan(WORKS_WITHIN_MS);

    isOver = true;
    await load;
    expect(statuses).toEqual(registered.flatMap(() => [201, 200]));
    await eventually(() => expect(sent(registered)).toHaveLength(registered.length), LOST_JOBS);
    await eventually(async () => {
      const response = await fetch(`${app.managementUrl}/health/ready`);
      expect(await response.json()).toMatchObject({
        details: { redis: { status: 'up' }, queues: { status: 'up' } },
      });
    });
    // Rate limits are shared again.
    expect((await group.replica.admin.keys('limits:*')).length).toBeGreaterThan(0);
  }, 90_000);
});

/** Those who have got their mail. */
function sent(users: readonly NewUser[]): NewUser[] {
  return users.filter(({ email }) => sink.mailsTo(email).length > 0);
}
