import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import { type AfterCommit, Saga, type Step } from '#libs/saga';
import { ReservedAddresses, UsersService } from '../../users/index.js';
import { EmailChange } from './email-change.entity.js';
import {
  EMAIL_CHANGE_STATES,
  type EmailChangeCommand,
  type EmailChangeEvent,
  type EmailChangeState,
  nextStep,
} from './email-change.states.js';

/** What a change does by itself when its time has come. Workers need no more of it. */
@Injectable()
export class EmailChangeTimers extends Saga<
  EmailChange,
  EmailChangeState,
  EmailChangeEvent,
  EmailChangeCommand
> {
  override readonly name = 'email-changes';
  override readonly entity = EmailChange;
  override readonly states = EMAIL_CHANGE_STATES;

  constructor(
    database: Database,
    protected readonly users: UsersService,
    protected readonly reserved: ReservedAddresses,
  ) {
    super(database);
  }

  protected override next(
    change: EmailChange,
    event: EmailChangeEvent,
  ): Step<EmailChangeState, EmailChangeCommand> | undefined {
    return nextStep(change, event);
  }

  protected override due(now: Date): EmailChangeEvent {
    return { type: 'due', at: now };
  }

  /** The user first, as everywhere. */
  protected override async lock(em: EntityManager, change: EmailChange): Promise<void> {
    await this.users.lock(em, change.user);
  }

  protected override async execute(
    em: EntityManager,
    change: EmailChange,
    command: EmailChangeCommand,
  ): Promise<AfterCommit | undefined> {
    if (command.type !== 'release-addresses') {
      throw new Error(`"${command.type}" needs what only the API has`);
    }
    await this.reserved.release(em, change.id);
    return undefined;
  }
}
