import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { WebhookDelivery, type WebhookDeliveryState } from './webhook-delivery.entity.js';

export interface DeliveryFilter {
  readonly webhook: string;
  readonly states?: readonly WebhookDeliveryState[] | undefined;
  readonly type?: string | undefined;
}

/** Returns one row more than the limit, newest first. */
export function findDeliveries(
  em: EntityManager,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<WebhookDelivery[]> {
  const { where, options } = keyset(page);
  return em.find(WebhookDelivery, { $and: [whereOf(filter), where] }, options);
}

export function countDeliveries(em: EntityManager, filter: DeliveryFilter): Promise<number> {
  return em.count(WebhookDelivery, whereOf(filter));
}

export function findDelivery(
  em: EntityManager,
  webhook: string,
  id: string,
): Promise<WebhookDelivery | null> {
  return em.findOne(WebhookDelivery, { id, webhook });
}

function whereOf({ webhook, states, type }: DeliveryFilter) {
  return {
    webhook,
    ...(states === undefined ? {} : { state: { $in: [...states] } }),
    ...(type === undefined ? {} : { type }),
  };
}
