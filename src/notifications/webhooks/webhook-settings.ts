import { defineSealedColumn, type Sealer } from '#libs/crypto';

/** Signs deliveries until it expires. */
interface Secret {
  readonly secret: string;
  /** RFC 3339. Null for the current one. */
  readonly expiresAt: string | null;
}

/** What is secret about a webhook. */
export interface WebhookSettings {
  readonly url: string;
  /** The current one first. */
  readonly secrets: readonly Secret[];
}

export function sealSettings(sealer: Sealer, webhookId: string, settings: WebhookSettings): string {
  return sealer.sealJson(settings, contextOf(webhookId));
}

/** @throws SealBrokenError */
export function openSettings(sealer: Sealer, webhookId: string, sealed: string): WebhookSettings {
  return sealer.openJson(sealed, contextOf(webhookId)) as WebhookSettings;
}

/** The secrets that are in use at this instant, the current one first. */
export function liveSecrets({ secrets }: WebhookSettings, at: Date): string[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > at)
    .map(({ secret }) => secret);
}

function contextOf(webhookId: string): string {
  return `webhook:${webhookId}`;
}

defineSealedColumn('notifications.webhooks.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
