import { Injectable } from '@nestjs/common';
import { ReplicaChannel } from '#libs/redis';

const TOPIC = 'inbox';

/** Tells all replicas whose inboxes have changed. They look up what has. */
@Injectable()
export class InboxChanges {
  constructor(private readonly channel: ReplicaChannel) {}

  /** Call it after the commit. */
  publish(userId: string): void {
    this.channel.publish(TOPIC, userId);
  }

  onChange(listener: (userId: string) => void): void {
    this.channel.on(TOPIC, listener);
  }

  /** The instant (`performance.now()`) since which no change was missed, or undefined if some may be missing. */
  get reliableSince(): number | undefined {
    return this.channel.reliableSince;
  }
}
