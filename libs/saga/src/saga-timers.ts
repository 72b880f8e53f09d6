import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Clock } from '#libs/clock';
import { toLoggableError } from '#libs/jobs';
import { Saga } from './saga.js';
import type { SagaRow } from './saga-row.js';

export type AnySaga = Saga<SagaRow, string, unknown, unknown>;

const BATCH = 100;

/** Lets the sagas of this process go on when they're due. */
@Injectable()
export class SagaTimers {
  private readonly logger = new Logger(SagaTimers.name);

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly clock: Clock,
  ) {}

  /** One of each name: a process with several roles may have a saga more than once. */
  find(): readonly AnySaga[] {
    const found = this.discovery
      .getProviders()
      .flatMap(({ instance }) => (instance instanceof Saga ? [instance as AnySaga] : []));
    return [...new Map(found.map((saga) => [saga.name, saga])).values()];
  }

  /** One saga that fails doesn't keep the others waiting. It's due again the next time. @throws the first failure */
  async run(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const saga of this.find()) {
      failures.push(...(await this.wakeAll(saga, signal)));
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  private async wakeAll(saga: AnySaga, signal: AbortSignal): Promise<unknown[]> {
    const failures: unknown[] = [];
    const tried = new Set<string>();
    for (;;) {
      const ids = await saga.findDue(this.clock.now(), tried.size + BATCH);
      const untried = ids.filter((id) => !tried.has(id));
      if (untried.length === 0 || signal.aborted) {
        return failures;
      }
      for (const id of untried) {
        tried.add(id);
        await saga.wake(id, this.clock.now()).catch((error: unknown) => {
          failures.push(error);
          this.logger.error(`${saga.name}: ${id} could not go on: ${toLoggableError(error).message}`);
        });
      }
    }
  }
}
