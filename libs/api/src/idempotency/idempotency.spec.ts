import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Controller, type DynamicModule, Module, Post, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { HttpModule, Idempotent, ProblemFilter } from '#libs/api';
import { ClockModule } from '#libs/clock';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { DatabaseModule, defineSchema } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { createLoggers, TelemetryModule } from '#libs/telemetry';
import { hold } from '../../../../test/support/fixture.js';
import { query } from '../../../../test/support/stored.js';
import { useEmptyDatabase } from '../../../../test/support/use-servers.js';

class CreateHens extends Migration {
  override up(): void {
    createIn('hens', this);
  }
}
class CreateBees extends Migration {
  override up(): void {
    createIn('bees', this);
  }
}
const hens = defineSchema('hens', [CreateHens]);
const bees = defineSchema('bees', [CreateBees]);

@Controller('hens')
class HensController {
  @Post()
  @Idempotent()
  lay(): object {
    return { eggs: 1 };
  }
}

@Controller('bees')
class BeesController {
  @Post()
  @Idempotent()
  swarm(): object {
    return { swarms: 1 };
  }
}

@Module({ imports: [IdempotencyModule.forSchema(hens)], controllers: [HensController] })
class HensModule {}

@Module({ imports: [IdempotencyModule.forSchema(bees)], controllers: [BeesController] })
class BeesModule {}

@Module({ controllers: [BeesController] })
class ForgetfulModule {}

const database = useEmptyDatabase();

describe('the keys of idempotent requests', () => {
  it.each([
    ['hens', [HensModule, BeesModule]],
    ['bees', [BeesModule, HensModule]],
  ])(
    'are stored in the schema of the service whose module has the route (%s first)',
    async (first, modules) => {
      const app = await start(modules);
      for (const path of ['hens', 'bees']) {
        const headers = { 'idempotency-key': `${first}-first` };
        const responses = [
          await app.inject({ method: 'POST', url: `/${path}`, headers }),
          await app.inject({ method: 'POST', url: `/${path}`, headers }),
        ];
        expect(responses.map(({ statusCode }) => statusCode)).toEqual([201, 201]);
        expect(responses[1]?.headers['idempotency-replayed']).toBe('true');
      }
      const count = (schema: string) =>
        query(database.url, `select count(*)::int as keys from ${schema}.idempotency_keys`);
      const runs = first === 'hens' ? 1 : 2;
      expect([await count('hens'), await count('bees')]).toEqual([[{ keys: runs }], [{ keys: runs }]]);
    },
  );

  it('need IdempotencyModule in the module of the controller', async () => {
    await expect(start([HensModule, ForgetfulModule])).rejects.toThrow(
      /import IdempotencyModule\.forSchema\(\)/,
    );
  });
});

function createIn(schema: string, migration: Migration): void {
  migration.addSql(`create schema if not exists ${schema}`);
  migration.addSql(`create table ${schema}.idempotency_keys (
    id text not null primary key,
    fingerprint text not null,
    answer text null,
    locked_until timestamptz(3) not null,
    expires_at timestamptz(3) not null
  )`);
}

async function start(modules: readonly (Type | DynamicModule)[]): Promise<NestFastifyApplication> {
  const keys = new KeyRing([{ id: 'test', bytes: randomBytes(32) }]);
  const testing = await Test.createTestingModule({
    imports: [
      TelemetryModule.forRoot(createLoggers({ level: 'silent', role: 'test', pretty: false }), 'test'),
      ClockModule,
      CryptoModule.forRoot({ encryptionKeys: keys, blindIndexKeys: keys }),
      DatabaseModule.forRoot({ urlOf: () => database.url, poolSize: 2, migrateOnStart: true }),
      HttpModule.forRoot({ publicUrl: 'https://id.example.com', trustedProxies: [], corsOrigins: [] }),
      ...modules,
    ],
    providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
  }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await hold(app.init(), () => app.close());
  return app;
}
