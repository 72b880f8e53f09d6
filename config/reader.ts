import { readFileSync } from 'node:fs';
import { misspellingsIn } from './misspellings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by a parser. Its message completes the sentence "NAME …". */
export class BadValue extends Error {}

/** Thrown once for the whole environment. Its message lists every invalid variable. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment';

  /** @param hints what may have caused a problem */
  constructor(
    readonly problems: readonly string[],
    hints: readonly string[] = [],
  ) {
    super(
      `Some environment variables are missing or invalid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        `${hints.map((hint) => `${hint}\n`).join('')}` +
        'See .env.example for an explanation of every variable.',
    );
  }
}

/** Reads variables one by one and collects the problems, so that all of them can be fixed at once. */
export class EnvironmentReader {
  private readonly problems: string[] = [];
  private readonly names = new Set<string>();

  constructor(private readonly env: Environment) {}

  /** The parsed value, or the result of `fallback` if the variable isn't set. */
  optional<T>(name: string, parse: (text: string) => T, fallback: () => T): T {
    return this.attempt(name, () => {
      const text = this.text(name);
      return text === undefined ? fallback() : parse(text);
    });
  }

  required<T>(name: string, parse: (text: string) => T): T {
    return this.attempt(name, () => {
      const text = this.text(name);
      if (text === undefined) {
        throw new BadValue('is missing');
      }
      return parse(text);
    });
  }

  /** A variable that OpenTelemetry reads itself, from the environment alone. We only check it. */
  check(name: string, parse: (text: string) => unknown): void {
    this.attempt(name, () => {
      this.names.add(name);
      if (this.env[`${name}_FILE`]) {
        throw new BadValue(`can't be read from a file: set ${name} itself instead of ${name}_FILE`);
      }
      const text = this.env[name]?.trim();
      return text ? parse(text) : undefined;
    });
  }

  /** A variable that other roles read. */
  unused<T>(name: string, value: T): T {
    this.names.add(name);
    return value;
  }

  /** The names of all variables that are set, for those whose names aren't known in advance. */
  variables(): string[] {
    return Object.keys(this.env).filter((name) => this.env[name]);
  }

  /** Whether there's a value, valid or not. */
  isSet(name: string): boolean {
    return Boolean(this.env[name]?.trim() || this.env[`${name}_FILE`]);
  }

  /** Variables that look like misspelled ones of those read so far, as sentences. */
  misspellings(): string[] {
    return misspellingsIn(this.env, this.names);
  }

  /** Adds a problem that involves several variables. */
  addProblem(name: string, sentence: string): void {
    this.problems.push(`${name} ${sentence}`);
  }

  /** @throws BadEnvironment if there were any problems */
  finish(): void {
    if (this.problems.length > 0) {
      throw new BadEnvironment(this.problems, this.misspellings());
    }
  }

  /** After a problem, the value is unusable, but we keep reading to find the others. `finish` throws in the end. */
  private attempt<T>(name: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BadValue)) {
        throw error;
      }
      this.addProblem(name, error.message);
      return undefined as T;
    }
  }

  /** The variable, or the content of the file named by `NAME_FILE`, which is how secrets are mounted. */
  private text(name: string): string | undefined {
    this.names.add(name);
    const direct = this.env[name];
    const file = this.env[`${name}_FILE`];
    if (direct && file) {
      throw new BadValue(`and ${name}_FILE are both set; remove one`);
    }
    if (!file) {
      return direct?.trim() || undefined;
    }
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch (error) {
      throw new BadValue(
        `can't be read from its file: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`,
      );
    }
  }
}
