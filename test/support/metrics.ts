/** The value of a metric without labels of its own, as a process tells it on its management port. */
export async function metricOf(app: { readonly managementUrl: string }, name: string): Promise<number> {
  const text = await (await fetch(`${app.managementUrl}/metrics`)).text();
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) {
    throw new Error(`there is no metric ${name}`);
  }
  return Number(value);
}
