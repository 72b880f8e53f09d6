import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  Optional,
} from '@nestjs/common';
import { PeerDirectory } from '#libs/contracts';
import { inBackground } from '#libs/lifecycle';
import { reasonOf } from '#libs/telemetry';
import { RecipientRebuilds } from './recipient-rebuilds.js';
import { RecipientRefresh } from './recipient-refresh.js';

/**
 * Begins the copy of users as soon as accounts runs in another process, and makes up for what was missed. Once accounts runs in
 * this process again, deletes the copy, because nothing keeps it up to date any more.
 */
@Injectable()
export class RecipientUpkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecipientUpkeep.name);
  private readonly stopping = new AbortController();
  private first: Promise<void> = Promise.resolve();

  constructor(
    private readonly rebuilds: RecipientRebuilds,
    private readonly refresh: RecipientRefresh,
    @Optional() private readonly accounts?: PeerDirectory,
  ) {}

  onApplicationBootstrap(): void {
    const { signal } = this.stopping;
    const begin = (): Promise<void> => (this.accounts ? this.keep(signal) : this.rebuilds.forget(signal));
    this.first = inBackground(begin).catch((error: unknown) => {
      this.logger.warn(`the copy of users stays as it is for now: ${reasonOf(error)}`);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.first;
  }

  /** @throws Problem `unavailable` if accounts doesn't answer */
  async keep(signal: AbortSignal): Promise<void> {
    if (this.accounts) {
      await this.rebuilds.beginIfDue();
      await this.refresh.run(signal);
    }
  }
}
