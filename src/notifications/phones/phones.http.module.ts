import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { DeliveryEntity } from '../deliveries/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { RecipientsModule } from '../recipients/index.js';
import { TemplatesModule } from '../templates/index.js';
import { PhoneCodeCount } from './phone-code-count.entity.js';
import { PhonesController } from './phones.controller.js';
import { PhonesService } from './phones.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity, PhoneCodeCount),
    MessagingModule.forSchema(notificationsSchema),
    RecipientsModule,
    TemplatesModule,
  ],
  controllers: [PhonesController],
  providers: [PhonesService],
})
export class PhonesHttpModule {}
