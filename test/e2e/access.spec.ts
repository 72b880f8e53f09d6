import { describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Module,
  type Provider,
  type Type,
  VersioningType,
} from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { APP_FILTER, APP_GUARD, ModulesContainer } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Access, accessOf, Public, Requires } from '#libs/api';
import { ClockModule } from '#libs/clock';
import { Authentication, PermissionLookup, type Principal } from '#libs/permissions';
import { Problem } from '#libs/problem';
import { createLoggers } from '#libs/telemetry';
import type { AppConfig } from '../../config/index.js';
import { AccountsDirectoryModule } from '../../src/accounts/accounts.directory.module.js';
import { ApiModule } from '../../src/processes/api.module.js';
import { readUsers } from '../../src/accounts/users/users.permissions.js';
import { AccessGuard } from '../../src/accounts/auth/access/access.guard.js';
import { BearerAuthentication } from '../../src/accounts/auth/access/bearer-authentication.js';
import { type Authenticator, AUTHENTICATORS } from '../../src/accounts/auth/access/authenticator.js';
import { IdentityGuard } from '../../src/accounts/auth/access/identity.guard.js';
import { ProcessModule } from '../../src/processes/run.js';
import { createServer } from '../../src/processes/serve.js';
import { NotificationsServiceModule } from '../../src/processes/notifications.module.js';
import { WorkerModule } from '../../src/processes/worker.module.js';
import { hold, useFixture } from '../support/fixture.js';

interface Handler {
  readonly name: string;
  readonly access: Access | undefined;
}

/** Adding a route to this list opens it to everyone. */
const OPEN_TO_ALL = [
  'ConfirmEmailChangePage.show',
  'ConfirmationController.verifyEmail',
  'DisownController.disownEmail',
  'DisownSessionController.disownSession',
  'DisownSessionPage.show',
  'EmailChangeController.confirmEmailChange',
  'EmailChangeController.undoEmailChange',
  'EmailController.resendVerification',
  'ExchangeController.exchangeOAuthCode',
  'HealthController.getLive',
  'HealthController.getReady',
  'HealthController.getStartup',
  'LoginController.login',
  'MfaLoginController.completeLogin',
  'OAuthController.finishOAuth',
  'OAuthController.finishPostedOAuth',
  'OAuthController.listProviders',
  'OAuthController.startOAuth',
  'OneTimeCodesController.requestOneTimeCode',
  'OneTimeCodesController.verifyOneTimeCode',
  'PasskeyLoginController.getLoginOptions',
  'PasskeyLoginController.loginWithPasskey',
  'PasswordResetController.forgotPassword',
  'PasswordResetController.resetPassword',
  // Also takes a cookie instead of an access token, and checks both itself.
  'RefreshController.logout',
  'RefreshController.refresh',
  'RegistrationController.register',
  'ResetPasswordPage.show',
  'SignInPage.show',
  'UndoChangeController.undoChange',
  'UndoChangePage.show',
  'UndoEmailChangePage.show',
  // Whoever has the link may unsubscribe, such as a mail provider for its user.
  'UnsubscribePage.show',
  'UnsubscribePage.unsubscribe',
  'VapidKeyController.getVapidPublicKey',
  'VerifyEmailPage.show',
  'WellKnownController.getKeys',
  'WellKnownController.getMetadata',
];

describe('every route', () => {
  it('declares who may call it', async () => {
    const handlers = await handlersOf(ApiModule);
    expect(handlers.length).toBeGreaterThan(15);
    expect(handlers.filter(({ access }) => access === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('that declares nothing stops the start, which names it', async () => {
    @Module({ controllers: [SilentController] })
    class ForgetfulModule {}
    await expect(createPreview([ForgetfulModule])).rejects.toThrow(
      /SilentController\.silent: .*@Requires\(\)/,
    );
  });

  it('is on the list below when it is public', async () => {
    const handlers = await handlersOf(ApiModule);
    const open = handlers.filter(({ access }) => access?.kind === 'public').map(({ name }) => name);
    expect(open.sort()).toEqual(OPEN_TO_ALL);
  });
});

describe('a worker process', () => {
  it.each([
    ['worker', [WorkerModule]],
    ['notifications', [NotificationsServiceModule, AccountsDirectoryModule]],
  ])('has no routes: %s', async (_, roots) => {
    expect(await handlersOf(...roots)).toEqual([]);
  });
});

describe('the worker', () => {
  it('deletes everything that expires', async () => {
    const names = (await modulesOf(WorkerModule)).flatMap(({ providers }) =>
      [...providers.values()].map(({ name }) => String(name)),
    );
    expect(names.filter((name) => name.endsWith('Purge')).sort()).toEqual([
      'AccountChangesPurge',
      'AccountDeletionsPurge',
      'AuditEventsPurge',
      'EmailChangesPurge',
      'EmailVerificationsPurge',
      'ExchangeCodesPurge',
      'FailedAttemptsPurge',
      'IdempotencyKeysPurge',
      'InboxPurge',
      'IpRuleRemovalsPurge',
      'IpRulesPurge',
      'MfaChallengesPurge',
      'OneTimeCodesPurge',
      'PasskeyChallengesPurge',
      'PasswordResetsPurge',
      'SessionsPurge',
      'SignInNoticesPurge',
      'TransfersPurge',
    ]);
  });
});

/** As if the roles were cached. */
class AdminsOnly extends PermissionLookup {
  override grants({ roles }: Principal): boolean {
    return roles.includes('admin');
  }
}

describe('the identity guard', () => {
  const app = useGuarded([
    { provide: APP_GUARD, useClass: IdentityGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: PermissionLookup, useClass: AdminsOnly },
    { provide: Authentication, useClass: BearerAuthentication },
    {
      provide: AUTHENTICATORS,
      useValue: [knows('one'), knowsLater('two'), knowsLater('three'), knows('four')],
    },
  ]);

  it.each([
    ['one', true],
    ['two', true],
    ['three', true],
    ['four', true],
    ['five', false],
  ])('asks the authenticators in turn until one knows the token: %s', async (token, expected) => {
    const headers = { authorization: `Bearer ${token}` };
    const { payload } = await app.inject({ method: 'GET', url: '/signed-in', headers });
    expect(payload === 'in').toBe(expected);
  });
});

function knows(known: string): Authenticator {
  const principal = {
    kind: 'session',
    userId: known,
    sessionId: 's',
    authenticatedAt: 0,
    roles: [],
    withheldRoles: [],
  } as const;
  return { authenticate: (token) => (token === known ? principal : undefined) };
}

function knowsLater(known: string): Authenticator {
  const { authenticate } = knows(known);
  return { authenticate: (token) => Promise.resolve(authenticate(token)) };
}

class Identify implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const role = request.headers['x-role'];
    if (typeof role === 'string') {
      const authenticatedAt = Date.now() - Number(request.headers['x-proved-seconds-ago'] ?? 0) * 1000;
      const isWithheld = request.headers['x-withheld'] !== undefined;
      const [roles, withheldRoles] = isWithheld ? [[], [role]] : [[role], []];
      const session = { kind: 'session', userId: 'u', sessionId: 's' } as const;
      request.principal = { ...session, authenticatedAt, roles, withheldRoles };
    }
    return true;
  }
}

/** As if they had to be read from PostgreSQL. */
class RolesLookedUp extends PermissionLookup {
  override grants({ roles }: Principal): Promise<boolean> {
    return Promise.resolve(roles.includes('admin'));
  }
}

describe.each([AdminsOnly, RolesLookedUp])('the access guard with %p', (lookup) => {
  const app = useGuarded([
    { provide: APP_GUARD, useClass: Identify },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: PermissionLookup, useClass: lookup },
  ]);

  it.each([
    ['/silent', undefined, false],
    ['/silent', 'user', false],
    ['/silent', 'admin', false],
    ['/public', undefined, true],
    ['/signed-in', undefined, false],
    ['/signed-in', 'user', true],
    ['/admins', undefined, false],
    ['/admins', 'user', false],
    ['/admins', 'admin', true],
    ['/admins', 'constructor', false],
  ])('at %s admits %s: %s', async (url, role, expected) => {
    const headers = role === undefined ? {} : { 'x-role': role };
    const { payload } = await app.inject({ method: 'GET', url, headers });
    expect(payload === 'in').toBe(expected);
  });

  it.each([
    ['/admins', 'admin', 403, 'second-factor-required'],
    // Here, it wouldn't help.
    ['/admins', 'user', 403, 'forbidden'],
    ['/silent', 'admin', 403, 'forbidden'],
    ['/signed-in', 'admin', 200, undefined],
  ])(
    'at %s answers %s without the second factor that it needs with %i %s',
    async (url, role, status, code) => {
      const headers = { 'x-role': role, 'x-withheld': '1' };
      const { statusCode, headers: answered } = await app.inject({ method: 'GET', url, headers });
      expect([statusCode, answered['x-code']]).toEqual([status, code]);
    },
  );

  it.each([
    ['/recent', 'user', 299, 200],
    ['/recent', 'user', 302, 401],
    ['/recent-admins', 'admin', 299, 200],
    ['/recent-admins', 'admin', 302, 401],
    // A new proof wouldn't help.
    ['/recent-admins', 'user', 302, 403],
    ['/signed-in', 'user', 302, 200],
  ])(
    'at %s answers %s, who proved who they are %i seconds ago, with %i',
    async (url, role, seconds, expected) => {
      const headers = { 'x-role': role, 'x-proved-seconds-ago': String(seconds) };
      const { statusCode, headers: answered } = await app.inject({ method: 'GET', url, headers });
      expect(statusCode).toBe(expected);
      expect(answered['www-authenticate']).toBe(CHALLENGES[expected]);
    },
  );
});

/** RFC 9470, section 3, and RFC 6750, section 3.1. */
const CHALLENGES: Readonly<Record<number, string>> = {
  401: 'Bearer error="insufficient_user_authentication", max_age="300"',
  403: 'Bearer error="insufficient_scope"',
};

/** The routes below, behind these guards. */
function useGuarded(providers: Provider[]): NestFastifyApplication {
  return useFixture(async () => {
    const testing = await Test.createTestingModule({
      imports: [ClockModule],
      controllers: [SilentController],
      providers: [...providers, { provide: APP_FILTER, useClass: StatusFilter }],
    }).compile();
    const guarded = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
      logger: false,
    });
    guarded.enableVersioning({ type: VersioningType.URI });
    await hold(guarded.init(), () => guarded.close());
    return guarded;
  });
}

@Catch(Problem)
class StatusFilter implements ExceptionFilter<Problem> {
  catch({ code, definition, occurrence }: Problem, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply
      .status(definition.status)
      .headers({ ...occurrence.headers, 'x-code': code })
      .send();
  }
}

@Controller()
class SilentController {
  @Get('silent')
  silent(): string {
    return 'in';
  }

  @Get('public')
  @Public()
  open(): string {
    return 'in';
  }

  @Get('signed-in')
  @Requires()
  signedIn(): string {
    return 'in';
  }

  @Get('recent')
  @Requires(null, { recent: true })
  recent(): string {
    return 'in';
  }

  @Get('recent-admins')
  @Requires(readUsers, { recent: true })
  recentAdmins(): string {
    return 'in';
  }

  @Get('admins')
  @Requires(readUsers)
  admins(): string {
    return 'in';
  }
}

function isRoute(handler: unknown): boolean {
  return typeof handler === 'function' && Reflect.hasMetadata(PATH_METADATA, handler);
}

async function modulesOf(...roots: Type[]) {
  const app = await createPreview(roots);
  return [...app.get(ModulesContainer, { strict: false }).values()];
}

function createPreview(roots: Type[]): Promise<NestFastifyApplication> {
  const config = { publicUrl: '', trustedProxies: [] } as Partial<AppConfig> as AppConfig;
  const loggers = createLoggers({ level: 'silent', role: 'test', pretty: false });
  return createServer(ProcessModule.forRoles(roots, config, loggers), config, loggers, { preview: true });
}

/** The handlers of all controllers that a process with these root modules loads, without instantiating any. */
async function handlersOf(...roots: Type[]): Promise<Handler[]> {
  return (await modulesOf(...roots))
    .flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype))
    .filter((controller) => typeof controller === 'function')
    .flatMap((controller) => {
      const prototype = controller.prototype as Record<string, unknown>;
      return Object.getOwnPropertyNames(prototype)
        .map((name) => ({ name, handler: prototype[name] }))
        .filter(({ name, handler }) => name !== 'constructor' && isRoute(handler))
        .map(({ name, handler }) => ({
          name: `${controller.name}.${name}`,
          access: accessOf(handler as object, controller),
        }));
    });
}
