interface Scraped {
  readonly managementUrl: string;
}

/** One line of a process's metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The metrics on a process's management port. */
export async function scrape({ managementUrl }: Scraped): Promise<Sample[]> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])),
        value: Number(value),
      };
    });
}

/** The value of a process's metric; `labels` select one of several. */
export async function metricOf(
  app: Scraped,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const sample = (await scrape(app)).find(
    (candidate) =>
      candidate.name === name &&
      Object.entries(labels).every(([label, value]) => candidate.labels[label] === value),
  );
  if (!sample) {
    throw new Error(`there is no metric ${name} ${JSON.stringify(labels)}`);
  }
  return sample.value;
}
