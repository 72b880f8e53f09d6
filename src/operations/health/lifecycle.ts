import { Injectable } from '@nestjs/common';

/** Whether the process has come up: set once its listeners are open. */
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
