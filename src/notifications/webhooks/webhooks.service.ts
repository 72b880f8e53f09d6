import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import {
  Database,
  type PageRequest,
  requireVersion,
  type Slice,
  sliceOf,
  type VersionCondition,
} from '#libs/database';
import { AuditTrail } from '../audit/index.js';
import { WEBHOOK_TASKS } from './deliver-webhook.job.js';
import { createSecret } from './signature.js';
import { changesOf, type WebhookPatch } from './webhook-changes.js';
import { Webhook, type WebhookOrdering } from './webhook.entity.js';
import { orderDeliveries } from './webhook-order.repository.js';
import {
  countWebhooks,
  deleteTasksOf,
  findWebhook,
  findWebhooks,
  lockCreation,
  lockWebhook,
} from './webhook.repository.js';
import { openSettings, sealSettings, type WebhookSettings } from './webhook-settings.js';
import { tooManyWebhooks, webhookNotFound } from './webhooks.errors.js';
import { webhookCreated, webhookDeleted, webhookSecretRotated, webhookUpdated } from './webhooks.events.js';

const MAX_WEBHOOKS = 50;
const MAX_SECRETS = 5;
/** How long the secret before a new one still signs, so that receivers have time to replace it. */
const OVERLAP_MS = 24 * 60 * 60 * 1000;

export interface NewWebhook {
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  /** Default: `none`. */
  readonly ordering?: WebhookOrdering | undefined;
}

/** A webhook with its settings opened. */
export interface OpenWebhook {
  readonly webhook: Webhook;
  readonly url: string;
}

export interface WebhookWithSecret extends OpenWebhook {
  readonly secret: string;
}

/** Where events are delivered to. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Newest first. */
  list(page: PageRequest, withTotal: boolean): Promise<Slice<OpenWebhook & { readonly id: string }>> {
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findWebhooks(em, page), page);
      return {
        ...slice,
        items: items.map((webhook) => ({ id: webhook.id, ...this.opened(webhook) })),
        ...(withTotal ? { total: await countWebhooks(em) } : {}),
      };
    });
  }

  /** @throws Problem `webhook-not-found` */
  get(id: string): Promise<OpenWebhook> {
    return this.database.run(async (em) => this.opened(existing(await findWebhook(em, id))));
  }

  /** @throws Problem `too-many-webhooks` */
  create(createdBy: string, { url, ordering, events, description }: NewWebhook): Promise<WebhookWithSecret> {
    return this.database.transaction(async (em) => {
      await lockCreation(em);
      if ((await countWebhooks(em)) >= MAX_WEBHOOKS) {
        throw tooManyWebhooks();
      }
      const now = this.clock.now();
      const id = this.ids.next(now);
      const secret = createSecret();
      const webhook = em.create(Webhook, {
        id,
        sealed: sealSettings(this.sealer, id, { url, secrets: [{ secret, expiresAt: null }] }),
        description,
        eventTypes: [...events].sort(),
        enabled: true,
        ordering: ordering ?? 'none',
        failingSince: null,
        pausedAt: null,
        createdBy,
        createdAt: now,
        updatedAt: now,
      });
      await em.persist(webhook).flush();
      await this.audit.record(em, webhookCreated, id);
      return { webhook, url, secret };
    });
  }

  /**
   * A webhook with another URL, or that is enabled again, isn't paused any more. A patch without any changes doesn't
   * create a new version.
   * @throws Problem `webhook-not-found`, `precondition-failed`
   */
  update(id: string, patch: WebhookPatch, isExpected: VersionCondition): Promise<OpenWebhook> {
    return this.change(id, isExpected, async (em, webhook) => {
      const settings = this.settingsOf(webhook);
      const changes = changesOf(webhook, settings.url, patch);
      if (!changes) {
        return { webhook, url: settings.url };
      }
      const { url = settings.url, events, description, enabled, ordering } = patch;
      if (url !== settings.url) {
        webhook.sealed = sealSettings(this.sealer, id, { ...settings, url });
      }
      if (url !== settings.url || (enabled === true && !webhook.enabled)) {
        Object.assign(webhook, { failingSince: null, pausedAt: null });
      }
      Object.assign(webhook, {
        ...(events && { eventTypes: [...events].sort() }),
        ...(description !== undefined && { description }),
        ...(enabled !== undefined && { enabled }),
        ...(ordering && { ordering }),
        updatedAt: this.clock.now(),
      });
      await em.flush();
      if (changes['ordering']) {
        await orderDeliveries(em, id, webhook.ordering, WEBHOOK_TASKS);
      }
      await this.audit.record(em, webhookUpdated, id, changes);
      return { webhook, url };
    });
  }

  /** Deletes the webhook with its deliveries. @throws Problem `webhook-not-found`, `precondition-failed` */
  async delete(id: string, isExpected: VersionCondition): Promise<void> {
    await this.change(id, isExpected, async (em, webhook) => {
      await deleteTasksOf(em, id, WEBHOOK_TASKS);
      await em.remove(webhook).flush();
      await this.audit.record(em, webhookDeleted, id);
    });
  }

  /**
   * Replaces the secret. The one before it still signs for a day.
   * @throws Problem `webhook-not-found`, `precondition-failed`
   */
  rotateSecret(id: string): Promise<WebhookWithSecret> {
    return this.change(
      id,
      () => true,
      async (em, webhook) => {
        const { url, secrets } = this.settingsOf(webhook);
        const secret = createSecret();
        const now = this.clock.now();
        const expiresAt = new Date(now.getTime() + OVERLAP_MS).toISOString();
        // Also those before: whoever repeats the request after a lost answer must not void the secret that is in use.
        const former = secrets
          .map((each) => ({ ...each, expiresAt: each.expiresAt ?? expiresAt }))
          .filter((each) => new Date(each.expiresAt) > now)
          .slice(0, MAX_SECRETS - 1);
        webhook.sealed = sealSettings(this.sealer, id, {
          url,
          secrets: [{ secret, expiresAt: null }, ...former],
        });
        webhook.updatedAt = now;
        await em.flush();
        await this.audit.record(em, webhookSecretRotated, id);
        return { webhook, url, secret };
      },
    );
  }

  private change<T>(
    id: string,
    isExpected: VersionCondition,
    work: (em: EntityManager, webhook: Webhook) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (em) => {
      const webhook = existing(await lockWebhook(em, id));
      requireVersion(isExpected, webhook.version);
      return work(em, webhook);
    });
  }

  private opened(webhook: Webhook): OpenWebhook {
    return { webhook, url: this.settingsOf(webhook).url };
  }

  private settingsOf({ id, sealed }: Webhook): WebhookSettings {
    return openSettings(this.sealer, id, sealed);
  }
}

function existing(webhook: Webhook | null): Webhook {
  if (!webhook) {
    throw webhookNotFound();
  }
  return webhook;
}
