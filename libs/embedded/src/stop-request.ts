/**
 * Collects the ways in which people and machines say "stop". One Ctrl-C reaches us twice under npm, from the terminal
 * and passed on by npm, so that only a signal that comes later than that counts as impatience.
 */
export class StopRequest {
  /** Resolves at the first request. */
  readonly made: Promise<void>;
  private at: number | null = null;
  private resolve!: () => void;
  private readonly parent = process.ppid;
  private readonly watch: NodeJS.Timeout | undefined;

  /**
   * @param underNpm npm is our parent. When it is killed nobody is left to stop us, and the next start would find
   *   its ports and data taken.
   * @param onImpatience a second request
   */
  constructor(
    underNpm: boolean,
    private readonly onImpatience: () => void,
  ) {
    this.made = new Promise((resolve) => (this.resolve = resolve));
    SIGNALS.forEach((signal) => process.on(signal, this.onSignal));
    if (underNpm) {
      this.watch = setInterval(() => process.ppid !== this.parent && this.request(), PARENT_CHECK_MS);
      this.watch.unref();
    }
  }

  get isMade(): boolean {
    return this.at !== null;
  }

  dispose(): void {
    SIGNALS.forEach((signal) => process.off(signal, this.onSignal));
    clearInterval(this.watch);
  }

  private readonly onSignal = (): void => {
    if (this.at !== null && Date.now() - this.at > SAME_KEY_PRESS_MS) {
      this.onImpatience();
    }
    this.request();
  };

  private request(): void {
    this.at ??= Date.now();
    this.resolve();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const SAME_KEY_PRESS_MS = 1_000;
const PARENT_CHECK_MS = 250;
