import { join } from 'node:path';
import { statSync } from 'node:fs';
import { isRunning, startRedis } from '#tools/embedded';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { useDataFolders } from './temporary-folder.js';

const log = (): void => undefined;

const folders = useDataFolders();

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

describe('embedded Redis', () => {
  it('keeps every acknowledged write after a stop and after a kill', async () => {
    const dataDir = folders.create();
    const first = await startRedis({ dataDir, durable: true, log });
    await withClient(first.url, (client) => client.set('stop', 'kept'));
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);

    const second = await startRedis({ dataDir, durable: true, log });
    await withClient(second.url, (client) => client.set('kill', 'kept'));
    process.kill(second.pid, 'SIGKILL');
    await second.exited;

    const third = await startRedis({ dataDir, durable: true, log });
    expect(await withClient(third.url, (client) => client.mget('stop', 'kill'))).toEqual(['kept', 'kept']);
    await third.stop();
  });

  it('is durable, never evicts, and requires the password', async () => {
    const dataDir = folders.create();
    const server = await startRedis({ dataDir, durable: true, log });
    const settings = await withClient(server.url, (client) =>
      client.config('GET', 'appendonly', 'maxmemory-policy', 'bind'),
    );
    expect(settings).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'maxmemory-policy', 'noeviction', '127.0.0.1']),
    );
    const stranger = new URL(server.url);
    stranger.password = '';
    await expect(withClient(stranger.href, (client) => client.ping())).rejects.toThrow('NOAUTH');
    expect(statSync(join(dataDir, 'redis', 'password')).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('replaces a server that is still running on the folder', async () => {
    const dataDir = folders.create();
    const first = await startRedis({ dataDir, durable: true, log });
    await withClient(first.url, (client) => client.set('key', 'kept'));
    const second = await startRedis({ dataDir, durable: true, log });
    expect(isRunning(first.pid)).toBe(false);
    expect(await withClient(second.url, (client) => client.get('key'))).toBe('kept');
    await second.stop();
  });
});
