import type { NotificationTarget } from '#libs/contracts';
import { defineSealedColumn, type Sealer } from '#libs/crypto';
import type { JsonObject } from '#libs/json';

/** The personal and secret data of a delivery. */
export interface DeliveryPayload {
  readonly to: NotificationTarget;
  readonly data: JsonObject;
  /** In E.164 format, for a text message to another number than the recipient's. */
  readonly phoneNumber?: string;
  /** The ID of the subscription, for a push notification. */
  readonly pushSubscriptionId?: string;
  /** The ID of the version that the data was checked against, if it isn't about an account. */
  readonly templateVersion?: string;
  /** The category of that version. */
  readonly category?: string;
  /** Of the recipient. An IANA name. UTC if it's missing, as in what an earlier release has stored. */
  readonly timezone?: string;
}

export function sealDelivery(sealer: Sealer, deliveryId: string, payload: DeliveryPayload): string {
  return sealer.sealJson(payload, contextOf(deliveryId));
}

/** @throws SealBrokenError */
export function openDelivery(sealer: Sealer, deliveryId: string, sealed: string): DeliveryPayload {
  return sealer.openJson(sealed, contextOf(deliveryId)) as DeliveryPayload;
}

function contextOf(deliveryId: string): string {
  return `delivery:${deliveryId}`;
}

defineSealedColumn('notifications.deliveries.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
