import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';

const CHECK_MS = 1_000;

/** Answers `grpc.health.v1`, for the server as a whole (the empty name) and for each service. */
export class GrpcHealth {
  private readonly names: readonly string[];
  private readonly health: HealthImplementation;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    services: readonly string[],
    private readonly isReady: () => Promise<boolean>,
  ) {
    this.names = ['', ...services];
    this.health = new HealthImplementation(
      Object.fromEntries(this.names.map((name) => [name, 'NOT_SERVING'])),
    );
  }

  addTo(server: Server): void {
    this.health.addToServer(server);
  }

  async watch(): Promise<void> {
    const status: ServingStatus = (await this.isReady().catch(() => false)) ? 'SERVING' : 'NOT_SERVING';
    this.names.forEach((name) => this.health.setStatus(name, status));
    this.timer = setTimeout(() => void this.watch(), CHECK_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
