import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { fastify, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { Registry } from 'prom-client';
import { mountAt, replyWithProblems, SECURITY_HEADERS, serverOptions } from '#libs/http';
import { guardPages, type PageAccess } from './page-guard.js';

export interface ManagementOptions extends PageAccess {
  readonly host: string;
  readonly port: number;
  /** Base URL of the problem pages. */
  readonly publicUrl: string;
}

const WRONG_TOKEN_LOG_INTERVAL_MS = 60_000;

export const MANAGEMENT_OPTIONS = Symbol('ManagementOptions');

/**
 * Serves operators and monitoring on a separate port that is never exposed. Provides `/metrics`; other modules add
 * their own paths.
 */
@Injectable()
export class ManagementServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ManagementServer.name);
  private readonly paths: string[] = [];
  private wrongTokenCount = 0;
  private wrongTokenLoggedAt = 0;
  private readonly server: FastifyInstance;

  constructor(
    @Inject(MANAGEMENT_OPTIONS) private readonly options: ManagementOptions,
    registry: Registry,
  ) {
    this.server = fastify({
      forceCloseConnections: true,
      genReqId: () => randomUUID(),
      // Scripts of other origins may not use it.
      ...serverOptions({ publicUrl: options.publicUrl, corsOrigins: [] }),
    });
    // Its clients don't come through the proxy of PUBLIC_URL.
    mountAt(this.server, '');
    replyWithProblems(this.server, options.publicUrl);
    this.server.addHook('onRequest', async (_request, reply) => {
      void reply.headers(SECURITY_HEADERS);
    });
    this.server.get('/', () => ({ paths: this.paths }));
    this.add('/metrics', async (scope) => {
      scope.get('/', async (_request, reply) =>
        reply.type(registry.contentType).send(await registry.metrics()),
      );
    });
  }

  /** Call it in `onModuleInit` at the latest. */
  add(path: string, plugin: FastifyPluginAsync): void {
    this.paths.push(path);
    this.server.register(plugin, { prefix: path });
  }

  /**
   * Adds a page for people and everything below it, protected by the management token and only served under known host
   * names.
   * @returns false if no token is configured, in which case the page isn't added
   */
  addPage(path: string, plugin: FastifyPluginAsync): boolean {
    if (this.options.token === null) {
      return false;
    }
    this.add(path, async (scope) => {
      guardPages(scope, { ...this.options, onWrongToken: () => this.countWrongToken() });
      await scope.register(plugin);
    });
    return true;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.options;
    const address = await this.server.listen({ port, host });
    this.logger.log(`management server (${this.paths.join(', ')}) listening at ${address}`);
  }

  /** Closes in the last hook, so that readiness and metrics are available while everything else drains. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }

  /** Logs at most once a minute, so that someone guessing tokens can't flood the log. */
  private countWrongToken(): void {
    this.wrongTokenCount += 1;
    if (Date.now() - this.wrongTokenLoggedAt > WRONG_TOKEN_LOG_INTERVAL_MS) {
      this.logger.warn(`requests with a wrong management token so far: ${this.wrongTokenCount}`);
      this.wrongTokenLoggedAt = Date.now();
    }
  }
}
