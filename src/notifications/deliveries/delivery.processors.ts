import { Injectable } from '@nestjs/common';
import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { DeliverySender } from './delivery-sender.js';
import {
  sendBroadcastMail,
  sendBroadcastPush,
  sendBroadcastSms,
  sendPush,
  sendSms,
} from './delivery-tasks.js';
import { type SendDelivery, sendMail } from './send-mail.job.js';

@Injectable()
class DeliveryProcessor implements JobProcessor<SendDelivery> {
  constructor(private readonly deliveries: DeliverySender) {}

  async process({ deliveryId }: SendDelivery, context: JobContext): Promise<void> {
    await this.deliveries.send(deliveryId, context);
  }
}

@ProcessesJob(sendMail)
class SendMailProcessor extends DeliveryProcessor {}

@ProcessesJob(sendBroadcastMail)
class SendBroadcastMailProcessor extends DeliveryProcessor {}

@ProcessesJob(sendSms)
class SendSmsProcessor extends DeliveryProcessor {}

@ProcessesJob(sendBroadcastSms)
class SendBroadcastSmsProcessor extends DeliveryProcessor {}

@ProcessesJob(sendPush)
class SendPushProcessor extends DeliveryProcessor {}

@ProcessesJob(sendBroadcastPush)
class SendBroadcastPushProcessor extends DeliveryProcessor {}

/** A queue for each, so that no channel waits for another, nor anything for a broadcast. */
export const DELIVERY_PROCESSORS = [
  SendMailProcessor,
  SendBroadcastMailProcessor,
  SendSmsProcessor,
  SendBroadcastSmsProcessor,
  SendPushProcessor,
  SendBroadcastPushProcessor,
];
