import { describe, expect, it } from '@jest/globals';
import { aUser } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const { sink, database } = servers;
const endpoint = useFixture(() => TcpProxy.start(sink.url));

describe('a process that is frozen while it sends a mail', () => {
  it('no longer sends it once another process has', async () => {
    sink.behave('hang-recipient');
    const frozen = await servers.start('all');
    const { email } = aUser();
    expect(await frozen.api.register({ ...aUser(), email })).toMatchObject({ status: 201 });
    await eventually(() => expect(sink.commands.join()).toContain(`RCPT TO:<${email}>`));
    process.kill(frozen.pid, 'SIGSTOP');

    sink.behave('accept');
    await servers.start('notifications');
    await eventually(() => expect(sink.mailsTo(email)).toHaveLength(1), { timeoutMs: 45_000 });

    process.kill(frozen.pid, 'SIGCONT');
    sink.release();
    // In either order.
    await eventually(() => {
      expect(frozen.logs()).toContain('not sent (unknown)');
      expect(frozen.logs()).toContain('another process took over a job');
    });
    expect(sink.attempts).toBe(1);
    expect(await query(database.url, 'select state from notifications.deliveries')).toEqual([
      { state: 'sent' },
    ]);
  }, 90_000);
});

describe('a mail server whose open connections lead nowhere', () => {
  it('gets the mail over another connection within two timeouts', async () => {
    const app = await servers.start('all', { SMTP_URL: endpoint.url });
    const warm = aUser();
    expect(await app.api.register(warm)).toMatchObject({ status: 201 });
    await eventually(() => expect(sink.mailsTo(warm.email)).toHaveLength(1));
    endpoint.freezeOpen();
    const user = aUser();
    expect(await app.api.register(user)).toMatchObject({ status: 201 });
    await eventually(() => expect(sink.mailsTo(user.email)).toHaveLength(1), { timeoutMs: 120_000 });
  }, 150_000);
});
