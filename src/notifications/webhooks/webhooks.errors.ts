import { defineProblem } from '#libs/problem';

export const webhookNotFound = defineProblem('webhook-not-found', {
  status: 404,
  title: 'Webhook not found',
  about: 'There is no webhook with this ID. It may have been deleted.',
  fix: 'List the webhooks again.',
});

export const webhookDeliveryNotFound = defineProblem('webhook-delivery-not-found', {
  status: 404,
  title: 'Delivery not found',
  about: 'The webhook has no delivery with this ID. Deliveries are kept for 30 days.',
  fix: "List the webhook's deliveries again.",
});

export const tooManyWebhooks = defineProblem('too-many-webhooks', {
  status: 409,
  title: 'Too many webhooks',
  about: 'There can be at most 50 webhooks.',
  fix: 'Delete one that you no longer use.',
});
