import { describe, expect, it } from '@jest/globals';
import { Global, type INestApplicationContext, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JobQueue } from '#libs/jobs';
import { explainNoQueue, refuseQueues } from './queue-access.js';

@Injectable()
class Reports {
  constructor(readonly jobs: JobQueue) {}
}

@Module({ providers: [Reports] })
class ReportsModule {}

@Module({ imports: [ReportsModule] })
class Api {}

@Global()
@Module({ providers: [{ provide: JobQueue, useValue: {} }], exports: [JobQueue] })
class QueuesModule {}

function create(...imports: Type[]): Promise<INestApplicationContext> {
  @Module({ imports })
  class Root {}
  return NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
}

describe('a service of the API that injects JobQueue', () => {
  it('is refused in a process that has queues', async () => {
    const app = await create(Api, QueuesModule);
    expect(() => refuseQueues(app, Api)).toThrow(/^Reports injects JobQueue, .*outbox/);
    await app.close();
  });

  it('is refused with the same words in a process without queues', async () => {
    const error = await create(Api).catch(explainNoQueue);
    expect((error as Error).message).toMatch(/^Reports injects JobQueue, .*outbox/);
  });

  it('may do so where it is not part of the API', async () => {
    @Module({})
    class OtherApi {}
    const app = await create(OtherApi, ReportsModule, QueuesModule);
    expect(() => refuseQueues(app, OtherApi)).not.toThrow();
    await app.close();
  });
});
