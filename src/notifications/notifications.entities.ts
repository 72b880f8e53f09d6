import { outboxEntities } from '#libs/messaging';
import { DeliveryEntity } from './deliveries/delivery.entity.js';
import { RecipientEntity } from './recipients/recipient.entity.js';

/** The PostgreSQL schema that this service owns; nobody else reads or writes it. */
export const SCHEMA = 'notifications';

/** Everything that stands in it. */
export const NOTIFICATIONS_ENTITIES = [RecipientEntity, DeliveryEntity, ...outboxEntities(SCHEMA)] as const;
