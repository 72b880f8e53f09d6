import type { NotificationTarget, SendNotification } from '#libs/contracts';
import type { Sealer } from '#libs/crypto';

/** The personal and secret data of a delivery. */
export interface DeliveryPayload {
  readonly to: NotificationTarget;
  readonly data: SendNotification['data'];
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
