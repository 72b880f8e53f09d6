import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SkipThrottle, Throttle } from '@nestjs/throttler';
import { HttpModule, ProblemFilter } from '#libs/api';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { RedisModule } from '#libs/redis';
import { createLoggers, TelemetryModule } from '#libs/telemetry';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { redisUrl } from '../../../test/support/servers.js';
import {
  AuthLimited,
  CallerSlots,
  isLimited,
  LimitGuard,
  LimitsModule,
  NeedsNoSlot,
  releaseSlots,
  SlotGuard,
} from './index.js';

@Controller()
class Routes {
  @Get('plain')
  plain(): void {}

  @Get('another')
  another(): void {}

  @NeedsNoSlot()
  @Get('from-memory')
  fromMemory(): void {}

  @SkipThrottle()
  @Get('skipped')
  skipped(): void {}

  @Throttle({ default: { limit: 2, ttl: 60_000 } })
  @Get('stricter')
  stricter(): void {}

  @Throttle({ default: { limit: 2, ttl: 1_500 } })
  @Get('short')
  short(): void {}

  @Throttle({ default: { limit: 1, ttl: 60_000, blockDuration: 300_000 } })
  @Get('blocking')
  blocking(): void {}

  @Throttle({ default: { limit: 3, ttl: 120_000 } })
  @Get('longer')
  longer(): void {}

  @Throttle({ default: { limit: 3, ttl: 60_000, blockDuration: 300_000 } })
  @Get('only-blocking')
  onlyBlocking(): void {}

  @AuthLimited()
  @Get('credentials')
  credentials(): void {}

  @AuthLimited()
  @SkipThrottle()
  @Get('only-credentials')
  onlyCredentials(): void {}
}

@SkipThrottle()
@Controller('skipped-class')
class SkippedRoutes {
  @Get('plain')
  plain(): void {}

  @SkipThrottle({ default: false })
  @Get('limited')
  limited(): void {}
}

@Throttle({ default: { limit: 1, ttl: 60_000 } })
@Controller('strict-class')
class StrictRoutes {
  @Get('plain')
  plain(): void {}
}

const LIMITS = {
  default: { limit: 3, windowSeconds: 60 },
  auth: { limit: 2, windowSeconds: 60 },
  address: null,
  'api-key': null,
  roles: {},
};

const app = useFixture(async () => {
  const keys = new KeyRing([{ id: 'test', bytes: randomBytes(32) }]);
  const testing = await Test.createTestingModule({
    imports: [
      TelemetryModule.forRoot(createLoggers({ level: 'silent', role: 'test', pretty: false }), 'test'),
      CryptoModule.forRoot({ encryptionKeys: keys, blindIndexKeys: keys }),
      RedisModule.forRoot({ servers: await redisUrl() }),
      HttpModule.forRoot({ publicUrl: 'https://id.example.com', trustedProxies: [], corsOrigins: [] }),
      LimitsModule.forRootAsync({ useFactory: () => LIMITS }),
    ],
    controllers: [Routes, SkippedRoutes, StrictRoutes],
    providers: [
      { provide: APP_GUARD, useClass: LimitGuard },
      { provide: APP_GUARD, useClass: SlotGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
  }).compile();
  const created = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  releaseSlots(created.getHttpAdapter().getInstance(), created.get(CallerSlots));
  await hold(created.init(), () => created.close());
  return created;
});

describe('a route without decorators', () => {
  it('is limited, together with all the others', async () => {
    const caller = aCaller();
    expect(await statusesOf(caller, '/plain', 2)).toEqual([200, 200]);
    expect(await statusesOf(caller, '/another', 2)).toEqual([200, 429]);
    expect(await statusesOf(caller, '/plain', 1)).toEqual([429]);
  });

  it('shows the limit in its headers', async () => {
    expect(await aCaller()('/plain')).toMatchObject({
      status: 200,
      rateLimit: '"default";r=2;t=60',
      policy: '"default";q=3;w=60',
      retryAfter: undefined,
    });
  });
});

describe('a slot', () => {
  it('is not needed by routes without a limit, nor by those with @NeedsNoSlot()', async () => {
    const slots = app.get(CallerSlots);
    const address = '198.51.100.0';
    const take = (): boolean => slots.tryAcquire(address);
    expect([take(), take(), take(), take(), take()]).toEqual([true, true, true, true, false]);
    const get = async (url: string) =>
      (await app.inject({ method: 'GET', url, remoteAddress: address })).statusCode;
    const waiting = get('/plain');
    expect([await get('/skipped'), await get('/from-memory')]).toEqual([200, 200]);
    slots.release(address);
    expect(await waiting).toBe(200);
    expect([take(), take()]).toEqual([true, false]);
  });
});

describe('@SkipThrottle()', () => {
  it('lifts the limit', async () => {
    const caller = aCaller();
    expect(await statusesOf(caller, '/skipped', 5)).toEqual([200, 200, 200, 200, 200]);
    expect(await caller('/skipped')).toMatchObject({ rateLimit: undefined, policy: undefined });
    expect(await statusesOf(caller, '/plain', 3)).toEqual([200, 200, 200]);
  });

  it('on a class can be undone for a method', async () => {
    const caller = aCaller();
    expect(await statusesOf(caller, '/skipped-class/plain', 5)).toEqual([200, 200, 200, 200, 200]);
    expect(await statusesOf(caller, '/skipped-class/limited', 4)).toEqual([200, 200, 200, 429]);
    expect(await statusesOf(caller, '/plain', 1)).toEqual([429]);
  });
});

describe('@Throttle()', () => {
  it('gives a route its own limit and its own count', async () => {
    const caller = aCaller();
    expect(await caller('/stricter')).toMatchObject({
      status: 200,
      rateLimit: '"default";r=1;t=60',
      policy: '"default";q=2;w=60',
    });
    expect(await statusesOf(caller, '/stricter', 2)).toEqual([200, 429]);
    expect(await statusesOf(caller, '/plain', 4)).toEqual([200, 200, 200, 429]);
  });

  it.each(['/longer', '/only-blocking'])(
    'gives a route its own count, whatever differs from the default limit: %s',
    async (route) => {
      const caller = aCaller();
      expect(await statusesOf(caller, route, 3)).toEqual([200, 200, 200]);
      expect(await statusesOf(caller, '/plain', 4)).toEqual([200, 200, 200, 429]);
      expect(await statusesOf(caller, route, 1)).toEqual([429]);
    },
  );

  it('shows whole seconds, which structured fields require', async () => {
    expect(await aCaller()('/short')).toMatchObject({ policy: '"default";q=2;w=2' });
  });

  it('works on a class, too', async () => {
    expect(await statusesOf(aCaller(), '/strict-class/plain', 2)).toEqual([200, 429]);
  });

  it('with a blockDuration rejects a caller for that long', async () => {
    const caller = aCaller();
    expect(await statusesOf(caller, '/blocking', 1)).toEqual([200]);
    expect(await caller('/blocking')).toMatchObject({
      status: 429,
      rateLimit: '"default";r=0;t=300',
      policy: '"default";q=1;w=60',
      retryAfter: '300',
    });
    expect(await statusesOf(aCaller(), '/blocking', 1)).toEqual([200]);
  });
});

describe('isLimited', () => {
  it.each([
    ['plain', Routes, true],
    ['skipped', Routes, false],
    ['stricter', Routes, true],
    ['credentials', Routes, true],
    ['onlyCredentials', Routes, true],
    ['plain', SkippedRoutes, false],
    ['limited', SkippedRoutes, true],
    ['plain', StrictRoutes, true],
  ])('knows of the route %s whether any limit applies', (name, controller, limited) => {
    const handler = (controller.prototype as unknown as Record<string, object>)[name] ?? {};
    expect(isLimited(handler, controller)).toBe(limited);
  });
});

describe('@AuthLimited()', () => {
  it('adds its limit to the default one', async () => {
    const caller = aCaller();
    const { status, rateLimit, policy } = await caller('/credentials');
    expect(status).toBe(200);
    expect(rateLimit?.split(', ').sort()).toEqual(['"auth";r=1;t=60', '"default";r=2;t=60']);
    expect(policy?.split(', ').sort()).toEqual(['"auth";q=2;w=60', '"default";q=3;w=60']);
    expect(await statusesOf(caller, '/credentials', 2)).toEqual([200, 429]);
  });

  it('still leaves the default limit in force', async () => {
    const caller = aCaller();
    expect(await statusesOf(caller, '/plain', 3)).toEqual([200, 200, 200]);
    expect(await statusesOf(caller, '/credentials', 1)).toEqual([429]);
  });

  it('stays when @SkipThrottle() lifts the default one', async () => {
    const caller = aCaller();
    expect(await caller('/only-credentials')).toMatchObject({ status: 200, policy: '"auth";q=2;w=60' });
    expect(await statusesOf(caller, '/only-credentials', 2)).toEqual([200, 429]);
    expect(await statusesOf(caller, '/plain', 3)).toEqual([200, 200, 200]);
  });
});

type Headers = Readonly<Record<'rateLimit' | 'policy' | 'retryAfter', string | undefined>>;
type Caller = (url: string) => Promise<Headers & { readonly status: number }>;

let callers = 0;

/** Sends requests from an address of its own. */
function aCaller(): Caller {
  callers += 1;
  const remoteAddress = `198.51.100.${callers}`;
  return async (url) => {
    const { statusCode, headers } = await app.inject({ method: 'GET', url, remoteAddress });
    const text = (name: string) => headers[name]?.toString();
    return {
      status: statusCode,
      rateLimit: text('ratelimit'),
      policy: text('ratelimit-policy'),
      retryAfter: text('retry-after'),
    };
  };
}

async function statusesOf(caller: Caller, url: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1) {
    statuses.push((await caller(url)).status);
  }
  return statuses;
}
