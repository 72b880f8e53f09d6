import { Context, Liquid, type Template, toValueSync } from 'liquidjs';

/** Liquid sources of one email. */
export interface EmailSource {
  readonly subject: string;
  readonly html: string;
  /** Null to make it from the HTML. */
  readonly text: string | null;
}

/** Liquid sources of a notification in the app. */
export interface InboxSource {
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
}

/** Liquid sources of a push notification. */
export type PushSource = InboxSource;

/** The Liquid source of a text message. */
export interface SmsSource {
  readonly text: string;
}

/**
 * A missing variable is an error instead of a gap in someone's mail, and nobody reads prototypes. The limits keep a
 * template that never ends from stopping the process: characters of a source, milliseconds, and items or characters that
 * its filters create. `BoundedOutput` limits what it says.
 */
const STRICT = {
  templates: {},
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  parseLimit: 300_000,
  renderLimit: 250,
  memoryLimit: 2_000_000,
};

/**
 * `raw` would let a name that contains markup through. The tags read other templates, which there are none of, and
 * `capture` could double a text without any limit. Filters that evaluate an expression for each item of a list ask for no
 * limit in between.
 */
const LEFT_OUT = {
  filters: ['raw', 'where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp'],
  tags: ['include', 'render', 'layout', 'block', 'capture'],
};
/** What's output is escaped anyway, and must not be escaped twice. */
const ESCAPING = ['escape', 'escape_once', 'xml_escape'];

/** More characters than any email should have. */
const MAX_OUTPUT = 500_000;

export const htmlEngine = engine({ ...STRICT, outputEscape: 'escape' });
export const textEngine = engine(STRICT);

function engine(options: ConstructorParameters<typeof Liquid>[0]): Liquid {
  const created = new Liquid(options);
  LEFT_OUT.filters.forEach((name) => Reflect.deleteProperty(created.filters, name));
  LEFT_OUT.tags.forEach((name) => Reflect.deleteProperty(created.tags, name));
  ESCAPING.forEach((name) => created.registerFilter(name, (value: unknown) => value));
  return created;
}

/** A source, ready to be rendered. */
export class ParsedSource {
  private constructor(
    private readonly liquid: Liquid,
    private readonly templates: Template[],
  ) {}

  /** @throws Error whose message says what's wrong with the source, and where */
  static of(liquid: Liquid, source: string): ParsedSource {
    return new ParsedSource(liquid, liquid.parse(source));
  }

  /** The variables that must come from outside, each as its name and those of its members, as far as they are known. */
  variables(): string[][] {
    return this.liquid
      .globalVariableSegmentsSync(this.templates)
      .map((segments) => segments.filter((segment) => typeof segment === 'string'));
  }

  /** @throws Error if a variable is missing, or a limit is reached. @param maxLength in characters */
  render(values: object, maxLength = MAX_OUTPUT): string {
    const context = new Context(values, this.liquid.options, { sync: true });
    const output = new BoundedOutput(maxLength);
    toValueSync(this.liquid.renderer.renderTemplates(this.templates, context, output));
    return output.buffer;
  }
}

/** What a template has said so far. liquidjs limits what filters create, but not what is between the tags of a loop. */
class BoundedOutput {
  buffer = '';

  constructor(private readonly maxLength: number) {}

  /** @param value as Liquid outputs it. The items of a list follow each other */
  write(value: unknown): void {
    this.buffer += textOf(value);
    if (this.buffer.length > this.maxLength) {
      throw new RangeError(`the result is longer than ${this.maxLength} characters`);
    }
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(textOf).join('');
  }
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
