import { Module } from '@nestjs/common';
import { BroadcastsHttpModule } from './broadcasts/broadcasts.http.module.js';
import { FeedbackHttpModule } from './feedback/feedback.http.module.js';
import { InboxHttpModule } from './inbox/inbox.http.module.js';
import { IntakeHttpModule } from './intake/intake.http.module.js';
import { PhonesHttpModule } from './phones/phones.http.module.js';
import { PreferencesHttpModule } from './preferences/preferences.http.module.js';
import { PushSubscriptionsHttpModule } from './push-subscriptions/push-subscriptions.http.module.js';
import { SuppressionsHttpModule } from './suppressions/suppressions.http.module.js';
import { TemplatesHttpModule } from './templates/templates.http.module.js';
import { WebhooksHttpModule } from './webhooks/webhooks.http.module.js';

/** The HTTP API of the service. */
@Module({
  imports: [
    BroadcastsHttpModule,
    FeedbackHttpModule,
    InboxHttpModule,
    IntakeHttpModule,
    PhonesHttpModule,
    PreferencesHttpModule,
    PushSubscriptionsHttpModule,
    SuppressionsHttpModule,
    TemplatesHttpModule,
    WebhooksHttpModule,
  ],
})
export class NotificationsHttpModule {}
