import { Injectable } from '@nestjs/common';

/** Whether the process has started. Set once its listeners are open. */
@Injectable()
export class Lifecycle {
  private up = false;

  get started(): boolean {
    return this.up;
  }

  markStarted(): void {
    this.up = true;
  }
}
