import { describe, expect, it } from '@jest/globals';
import { JobRunnerModule } from '#libs/bull';
import { defineSchema } from '#libs/database';
import { startBackgroundApp } from '../../../test/support/background-app.js';
import { useFixture } from '../../../test/support/fixture.js';
import { redisUrl } from '../../../test/support/servers.js';
import { useEmptyDatabase } from '../../../test/support/use-servers.js';
import { defineService, MessagingModule } from './index.js';

const database = useEmptyDatabase();
const redis = useFixture(async () => ({ url: await redisUrl() }));

describe('an outbox that nobody relays', () => {
  it('stops the start of a process that would append to it, and says what to add', async () => {
    const schema = defineSchema('attic', []);
    const starting = startBackgroundApp({
      jobs: [],
      redisUrl: redis.url,
      database: { url: database.url, schema },
      imports: [MessagingModule.forSchema(schema)],
    });
    await expect(starting).rejects.toThrow(
      /^Nothing relays the outbox of the schema "attic": add defineService.* import MessageRelayModule\.forService/,
    );
  });

  it('stops the start of the role that should relay it, and says what to import', async () => {
    const cellar = defineService('cellar', { role: 'cellar' });
    const starting = startBackgroundApp({
      jobs: [cellar.deliver],
      redisUrl: redis.url,
      imports: [JobRunnerModule.forRole('cellar')],
    });
    await expect(starting).rejects.toThrow(/"deliver-to-cellar".*MessageRelayModule\.forService/);
  });
});
