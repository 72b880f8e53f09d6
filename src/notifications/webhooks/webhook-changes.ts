import { type AuditChanges, auditChanges } from '#libs/audit';
import type { Webhook, WebhookOrdering } from './webhook.entity.js';

export interface WebhookPatch {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly ordering?: WebhookOrdering | undefined;
}

/** What a patch changes, for the audit log. @returns undefined if it changes nothing */
export function changesOf(webhook: Webhook, url: string, patch: WebhookPatch): AuditChanges | undefined {
  const before = {
    url,
    events: [...webhook.eventTypes],
    description: webhook.description ?? null,
    enabled: webhook.enabled,
    ordering: webhook.ordering,
  };
  return auditChanges(before, {
    url: patch.url ?? before.url,
    events: [...(patch.events ?? before.events)].sort(),
    description: patch.description === undefined ? before.description : patch.description,
    enabled: patch.enabled ?? before.enabled,
    ordering: patch.ordering ?? before.ordering,
  });
}
