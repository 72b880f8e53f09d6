import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ManagementServer } from '#libs/management';
import { HealthService } from './health.service.js';

/** Serves the probes of every role on its management port. */
@Injectable()
export class Probes implements OnModuleInit {
  constructor(
    private readonly management: ManagementServer,
    private readonly health: HealthService,
  ) {}

  onModuleInit(): void {
    for (const probe of ['live', 'ready', 'startup'] as const) {
      this.management.add(`/health/${probe}`, async (scope) => {
        scope.get('/', async (_request, reply) => {
          const { status, result } = await this.health[probe]();
          return reply.status(status).send(result);
        });
      });
    }
  }
}
