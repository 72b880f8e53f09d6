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
import { answerInProblems, SECURITY_HEADERS, unreadableRequestsAsProblems } from '#libs/http';
import { guardPages, type PageAccess } from './page-guard.js';

export interface ManagementOptions extends PageAccess {
  readonly host: string;
  readonly port: number;
  /** Where the explanations of problems are. */
  readonly publicUrl: string;
}

const WRONG_TOKENS_INTERVAL_MS = 60_000;

export const MANAGEMENT_OPTIONS = Symbol('ManagementOptions');

/**
 * What operators and their programs ask of every process, on a port of its own that is never published. Has `/metrics`;
 * others add what they have to show.
 */
@Injectable()
export class ManagementServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ManagementServer.name);
  private readonly paths: string[] = [];
  private wrongTokens = 0;
  private wrongTokensLoggedAt = 0;
  private readonly server: FastifyInstance;

  constructor(
    @Inject(MANAGEMENT_OPTIONS) private readonly options: ManagementOptions,
    registry: Registry,
  ) {
    this.server = fastify({
      forceCloseConnections: true,
      genReqId: () => randomUUID(),
      ...unreadableRequestsAsProblems(options.publicUrl),
    });
    answerInProblems(this.server, options.publicUrl);
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

  /** To be called before the start is over: in `onModuleInit` at the latest. */
  add(path: string, plugin: FastifyPluginAsync): void {
    this.paths.push(path);
    this.server.register(plugin, { prefix: path });
  }

  /**
   * A page for people, with all below it: behind the management token, and under known hosts only.
   * @returns false when there is no token, and so no page
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

  /** At the very end, so that readiness and metrics answer while everything else drains. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }

  /** Somebody who tries many must not fill the log with them. */
  private countWrongToken(): void {
    this.wrongTokens += 1;
    if (Date.now() - this.wrongTokensLoggedAt > WRONG_TOKENS_INTERVAL_MS) {
      this.logger.warn(`requests with a wrong management token so far: ${this.wrongTokens}`);
      this.wrongTokensLoggedAt = Date.now();
    }
  }
}
