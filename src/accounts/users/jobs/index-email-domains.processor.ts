import { Logger } from '@nestjs/common';
import { Database, inBatches } from '#libs/database';
import { type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { EmailCipher } from '../email-cipher.js';
import { lockUsersWithoutEmailDomain, setEmailDomains } from '../user.repository.js';
import { indexEmailDomains } from './index-email-domains.job.js';

@ProcessesJob(indexEmailDomains)
export class IndexEmailDomainsProcessor implements JobProcessor<Tick> {
  private readonly logger = new Logger(IndexEmailDomainsProcessor.name);

  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
  ) {}

  async process(_tick: Tick, { signal }: JobContext): Promise<void> {
    const indexed = await inBatches(this.database, signal, async (em, limit) => {
      const users = await lockUsersWithoutEmailDomain(em, limit);
      await setEmailDomains(
        em,
        users.map((user) => ({ id: user.id, ...this.emails.indexesOf(this.emails.addressOf(user)) })),
      );
      return users.length;
    });
    if (indexed > 0) {
      this.logger.log(`${indexed} users can now be found by the domain of their address`);
    }
  }
}
