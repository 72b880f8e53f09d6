import type { Server, ServerWritableStream, UntypedHandleCall } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import { coalesce } from '#libs/telemetry';

const CHECK_MS = 1_000;

/** Answers `grpc.health.v1`, for the server as a whole (the empty name) and for each service. */
export class GrpcHealth {
  private readonly names: readonly string[];
  private readonly health: HealthImplementation;
  private status: ServingStatus = 'NOT_SERVING';
  private readonly check: () => Promise<void>;
  private watchers = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(services: readonly string[], isReady: () => Promise<boolean>) {
    this.names = ['', ...services];
    this.health = new HealthImplementation(Object.fromEntries(this.names.map((name) => [name, this.status])));
    this.check = coalesce(async () => {
      this.set((await isReady().catch(() => false)) ? 'SERVING' : 'NOT_SERVING');
    });
  }

  /** The library answers with the last status it was told. It's told when someone asks, and while someone watches. */
  addTo(server: Server): void {
    const addService: Server['addService'] = (service, implementation) => {
      const { check, list, watch } = implementation as Readonly<Record<'check' | 'list' | 'watch', Handler>>;
      server.addService(service, {
        check: this.afterChecking(check),
        list: this.afterChecking(list),
        watch: this.whileWatched(watch),
      });
    };
    this.health.addToServer({ addService });
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private afterChecking(handle: Handler): UntypedHandleCall {
    return (...args: unknown[]) => void this.check().then(() => handle(...args));
  }

  private whileWatched(handle: Handler): UntypedHandleCall {
    return (call: ServerWritableStream<unknown, unknown>) => {
      this.watchers += 1;
      call.once('cancelled', () => (this.watchers -= 1));
      void this.check().then(() => {
        if (!call.cancelled) {
          handle(call);
          this.checkAgain();
        }
      });
    };
  }

  private checkAgain(): void {
    clearTimeout(this.timer);
    if (this.watchers > 0) {
      this.timer = setTimeout(() => void this.check().then(() => this.checkAgain()), CHECK_MS);
    }
  }

  private set(status: ServingStatus): void {
    if (status !== this.status) {
      this.status = status;
      this.names.forEach((name) => this.health.setStatus(name, status));
    }
  }
}

type Handler = (...args: unknown[]) => void;
