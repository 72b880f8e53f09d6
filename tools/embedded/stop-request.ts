/**
 * Listens for requests to stop. Under npm, one Ctrl-C reaches us twice, from the terminal and forwarded by npm, so only a
 * later signal counts as a second request.
 */
export class StopRequest {
  /** Resolves at the first request. */
  readonly made: Promise<void>;
  private at: number | null = null;
  private resolve!: () => void;
  private readonly parent = process.ppid;
  private readonly watch: NodeJS.Timeout | undefined;
  private readonly onImpatience: () => void;

  /**
   * @param underNpm npm is our parent. If it is killed, nothing else stops us, and the next start would find its ports and
   *   data in use.
   * @param onImpatience called on a second request
   */
  constructor(underNpm: boolean, onImpatience: () => void) {
    this.onImpatience = onImpatience;
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
