import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type FastifyInstance, fastify } from 'fastify';
import { Registry } from 'prom-client';
import { answerInProblems } from '#libs/http';
import { AppConfig } from '../../config/index.js';
import { HealthService } from './health.service.js';

/** What operators and their programs ask of every process, on a port of its own that is never published. */
@Injectable()
export class ManagementServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ManagementServer.name);
  private readonly server: FastifyInstance = fastify({
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
  });

  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthService,
    private readonly registry: Registry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    answerInProblems(this.server, this.config.publicUrl);
    for (const probe of ['live', 'ready', 'startup'] as const) {
      this.server.get(`/health/${probe}`, async (_request, reply) => {
        const { status, result } = await this.health[probe]();
        return reply.status(status).send(result);
      });
    }
    this.server.get('/metrics', async (_request, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
    const { managementPort: port, host } = this.config;
    const address = await this.server.listen({ port, host });
    this.logger.log(`management (probes, /metrics) at ${address}`);
  }

  /** At the very end, so that readiness and metrics answer while everything else drains. */
  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }
}
